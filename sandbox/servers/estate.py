"""The whole estate in one process: store, servers, state file, orderly end."""

import asyncio
import json
import os
import signal
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from sandbox.advance import Advance, Scenario
from sandbox.bank.accounts import connection_accounts
from sandbox.faults import Faults
from sandbox.servers.ap import ApApi
from sandbox.servers.control import ControlApi
from sandbox.servers.dispatch import Dispatcher
from sandbox.servers.erp_main import ErpMainApi
from sandbox.servers.erp_west import ErpWestApi
from sandbox.servers.happenings import Happenings
from sandbox.servers.http import HttpService, Tokens, api_key, basic, bearer, make_app, usable
from sandbox.servers.schema import READER
from sandbox.servers.service_desk import ServiceDesk
from sandbox.servers.sftp import SftpService
from sandbox.servers.supply import SupplyApi
from sandbox.settings import (
    DATABASE_SYSTEM,
    FOLDER_SYSTEMS,
    HTTP_SYSTEMS,
    PORTS,
    SFTP_SYSTEMS,
    Config,
    EstateError,
    Secrets,
    load_secrets,
    write_private,
)
from sandbox.store import Store
from sandbox.wire.erp_main import TABLES

LOGIN = "tieout"


class Estate:
    """Store and servers of one estate.

    Args:
        config: where everything is.
        scenario: makes the days.
    """

    def __init__(self, config: Config, scenario: Scenario) -> None:
        self.config = config
        self.secrets: Secrets = load_secrets(config)
        self.store = Store(config.dsn, TABLES)
        self.faults = Faults()
        self.advance = Advance(config, self.store, scenario)
        self.dispatcher = Dispatcher(self.store, config.webhooks, self.faults)
        self.services: dict[str, HttpService | SftpService] = {}
        self._erp_down = False

    async def start(self) -> None:
        """Prepare the database, listen on all ports and write the state file.

        Raises:
            EstateError: the database or a port cannot be used.
        """
        try:
            await asyncio.to_thread(self._prepare)
        except psycopg.Error as error:
            raise EstateError(f"The estate's database cannot be used: {str(error).strip()}") from error
        self.config.state.unlink(missing_ok=True)
        self.services = {**self._http_services(self._ports()), **self._sftp_services(self._ports())}
        for service in self.services.values():
            await service.start()
        self.dispatcher.start()
        write_private(self.config.ports_file, {name: service.port for name, service in self.services.items()})
        write_private(self.config.state, self.state())

    async def stop(self) -> None:
        """Stop all servers and remove the state file."""
        if self.services:
            self.config.state.unlink(missing_ok=True)
        await asyncio.to_thread(self.dispatcher.stop)
        await asyncio.gather(*(service.stop() for service in self.services.values()))
        self.store.close()

    async def apply_down(self, down: set[str]) -> None:
        """Make the systems that are down refuse connections, and the others listen."""
        for name, service in self.services.items():
            await (service.stop() if name in down else service.start())
        erp_down = DATABASE_SYSTEM in down
        if erp_down != self._erp_down:
            await asyncio.to_thread(self.store.set_erp_down, erp_down)
            self._erp_down = erp_down

    def state(self) -> dict[str, Any]:
        """The content of the state file. See README.md, State file."""
        control = self.services["control"]
        return {
            "pid": os.getpid(),
            "clock": str(self.config.clock),
            "labels": str(self.config.labels),
            "control": {
                "url": f"http://{control.host}:{control.port}",
                "token": self.secrets.passwords["control"],
            },
            "connections": {
                **{name: self._http_connection(name) for name in HTTP_SYSTEMS if name != "control"},
                **{name: self._sftp_connection(name) for name in SFTP_SYSTEMS},
                **{name: self._folder_connection(name) for name in FOLDER_SYSTEMS},
                DATABASE_SYSTEM: self._database_connection(),
            },
        }

    def _prepare(self) -> None:
        passwords = self.secrets.passwords
        self.store.occupy()
        self.store.prepare(
            scenario={
                "seed": self.config.seed,
                "volume": self.config.volume,
                "entities": self.config.entities,
            },
            owner_password=passwords["erp_main_owner"],
            reader_password=passwords[DATABASE_SYSTEM],
        )
        self.advance.settle()

    def _ports(self) -> dict[str, int]:
        """The ports asked for; where any will do, those of the last start that are free."""
        kept = json.loads(self.config.ports_file.read_text()) if self.config.ports_file.exists() else {}
        ports = {}
        for name in PORTS:
            last = kept.get(name, 0)
            again = last if last and usable(self.config.host, last) else 0
            ports[name] = self.config.ports.get(name) or again
        return ports

    def _http_services(self, ports: dict[str, int]) -> dict[str, HttpService]:
        passwords = self.secrets.passwords
        offset = partial(self.faults.clock_offset, "ap")
        tokens = Tokens(LOGIN, passwords["ap"], self.config.token_seconds, offset)
        happenings = Happenings(self.store, self.advance, self.dispatcher)
        control = ControlApi(self.store, self.advance, self.faults, happenings, self.apply_down)
        parts = {
            "ap": (ApApi(self.store, tokens).routes(), tokens.authenticate),
            "erp_main_api": (ErpMainApi(self.store).routes(), basic(LOGIN, passwords["erp_main_api"])),
            "erp_west": (ErpWestApi(self.store).routes(), api_key(passwords["erp_west"])),
            "supply_api": (SupplyApi(self.store).routes(), basic(LOGIN, passwords["supply_api"])),
            # Signatures are over bodies: the desk checks them itself.
            "service_desk": (ServiceDesk(self.store, passwords["service_desk"]).routes(), lambda request: None),
            "control": (control.routes(), bearer(passwords["control"])),
        }
        services = {}
        for name, (routes, authenticate) in parts.items():
            app = make_app(
                name,
                routes,
                authenticate,
                faults=self.faults,
                requests_per_second=self.config.requests_per_second.get(name),
            )
            app.state.tokens = tokens
            services[name] = HttpService(app, self.config.host, ports[name])
        return services

    def _sftp_services(self, ports: dict[str, int]) -> dict[str, SftpService]:
        received = {"supply": self.advance.incoming.take, "bank": self.advance.payments.take}
        return {
            name: SftpService(
                host=self.config.host,
                port=ports[name],
                root=self.config.sftp_root(name),
                login=name,
                password=self.secrets.passwords[name],
                key=self.secrets.host_key(name),
                meet=partial(self.faults.meet, name),
                refuses=partial(self.faults.refuses, name),
                received=received[name],
            )
            for name in SFTP_SYSTEMS
        }

    def _http_connection(self, name: str) -> dict[str, Any]:
        login = "" if name == "erp_west" else LOGIN
        service = self.services[name]
        return _connection("http", service.host, service.port, login, self.secrets.passwords[name], "http")

    def _sftp_connection(self, name: str) -> dict[str, Any]:
        service = self.services[name]
        extra: dict[str, Any] = {"host_key": self.secrets.public_host_key(name)}
        if name == "bank":
            extra["accounts"] = connection_accounts()
        return _connection("sftp", service.host, service.port, name, self.secrets.passwords[name], extra=extra)

    def _folder_connection(self, name: str) -> dict[str, Any]:
        return _connection("fs", extra={"path": str(self.config.folder_root(name))})

    def _database_connection(self) -> dict[str, Any]:
        facts = conninfo_to_dict(self.config.dsn)
        port = int(facts.get("port") or 5432)
        host, database = str(facts.get("host") or self.config.host), str(facts.get("dbname"))
        return _connection("postgres", host, port, READER, self.secrets.passwords[DATABASE_SYSTEM], database)


def _connection(
    conn_type: str,
    host: str = "",
    port: int | None = None,
    login: str = "",
    password: str = "",
    schema: str = "",
    extra: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Facts of a connection in Airflow's JSON spelling."""
    return {
        "conn_type": conn_type,
        "host": host,
        "port": port,
        "login": login,
        "password": password,
        "schema": schema,
        "extra": extra or {},
    }


async def serve(config: Config, scenario: Scenario) -> None:
    """Run an estate until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    estate = Estate(config, scenario)
    try:
        await estate.start()
        print(f"The estate is ready; its state is in {config.state}", flush=True)
        await ended.wait()
    finally:
        await estate.stop()
