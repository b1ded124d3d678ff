"""The pipeline without Airflow: a real estate, a real warehouse, and the rooms called one after the other.

What the DAGs' operators do is called in process, which takes seconds where booting Airflow takes half a minute.
"""

import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import paramiko

from launcher.estate import Estate
from launcher.postgres import EmbeddedPostgres
from tests.support.dbt import Dbt
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.feedback.clocks import Clocks
from tieout.feedback.delivery import deliver
from tieout.feedback.publication import Publication, may_send, publish
from tieout.feedback.targets import load_targets
from tieout.landing.configuration import land_configuration
from tieout.landing.configuration_files import load_configuration
from tieout.landing.context import Context
from tieout.landing.extract import extract_source
from tieout.landing.manifest import Interval
from tieout.landing.reparse import reparse_source
from tieout.quality.gate import GateOutcome, run_gate
from tieout.resolution.flow import resolve_vendors
from tieout.screening.flow import screen_vendors
from tieout.sources.endpoint import Endpoint
from tieout.warehouse import runs
from tieout.warehouse.connection import connect

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


class Pipeline:
    """One estate and one warehouse, and the steps between them.

    Args:
        dsn: of a migrated warehouse.
        home: folder that everything is written to.
        estate: that runs.
        config: folder of configuration.
    """

    def __init__(self, dsn: str, home: Path, estate: Estate, config: Path = CHECKOUT / "config") -> None:
        self.dsn = dsn
        self.home = home
        self.estate = estate
        self.config = config
        self.keys = Keys(encryption=[secrets.token_bytes(32)], token=secrets.token_bytes(32))
        self.target = Path(tempfile.mkdtemp(prefix="dbt-", dir=home))
        self.runs = 0

    def now(self) -> datetime:
        """The business clock: the estate's time."""
        return self.estate.clock()[1]

    def cycle(self, days: int = 1, systems: Sequence[str] | None = None, *, may_fail: Collection[str] = ()) -> None:
        """Let the estate live through days, then extract, transform, publish."""
        end = self.estate.advance(days)[1]
        self.extract(Interval(end - timedelta(days=days), end), systems, may_fail=may_fail)
        run = self.transform()
        self.publish(run)

    def extract(
        self, interval: Interval, systems: Sequence[str] | None = None, *, may_fail: Collection[str] = ()
    ) -> dict[str, int]:
        """Land sources and our own configuration; return the rows landed by system.

        Args:
            interval: [start, end).
            systems: sources in their order; all where none are given.
            may_fail: sources whose failures are not raised, and whose requests are tried once.
        """
        configuration = load_configuration(self.config)
        landed = {}
        for system in systems or [path.stem for path in sorted((self.config / "sources").glob("*.yml"))]:
            context = self._context(configuration)
            if system in may_fail:
                context = replace(context, deadline_seconds=0)
            outcome = extract_source(system, interval, context=context)
            if system not in may_fail:
                outcome.raise_failures()
            landed[system] = outcome.rows_landed
        return landed | {"tieout": self.configure()}

    def configure(self) -> int:
        """Land our own configuration; return the rows landed."""
        own = land_configuration(
            self.dsn, config=self.config, archive_root=self._archive(), keys=self.keys, now=self.now(),
            dag_run_id=self._next_run(),
        )  # fmt: skip
        return sum(own.values())

    def reparse(self, interval: Interval, systems: Sequence[str]) -> dict[str, int]:
        """Parse what was landed once more with the configuration as it is now; return the rows landed by system."""
        configuration = load_configuration(self.config)
        landed = {}
        for system in systems:
            outcome = reparse_source(
                system, interval, dsn=self.dsn, configuration=configuration, archive_root=self._archive(),
                keys=self.keys, trace_id=self._next_run(), now=self.now(),
            )  # fmt: skip
            outcome.raise_failures()
            landed[system] = outcome.rows_landed
        return landed

    def judge(self) -> GateOutcome:
        """Run the gate over what landed."""
        return run_gate(
            self.dsn, config=self.config, dag_run_id=self._next_run(), now=self.now(), data_docs=self.home / "data_docs"
        )

    def transform(self, *, full_refresh: bool = False, data_tests: bool = False, select: Sequence[str] = ("*",)) -> str:
        """Judge what landed, resolve and screen vendors, build the models selected; return the run's id.

        dbt's data tests, some nine hundred, are left to transformations that Airflow runs, unless asked for.

        Raises:
            AssertionError: dbt failed; the message has what it said.
        """
        self.judge()
        resolve_vendors(self.dsn, now=self.now(), dag_run_id=self._next_run())
        screen_vendors(self.dsn, config=self.config, now=self.now(), dag_run_id=self._next_run())
        with connect(self.dsn) as connection:
            run = runs.start_run(
                connection, now=self.now(), dag_run_id=None, full_refresh=full_refresh, sends_feedback=True
            )
        succeeded = False
        try:
            left_out = ["unit_test"] if data_tests else ["unit_test", "test"]
            flags = ["--full-refresh"] if full_refresh else []
            self.dbt("build", "--exclude-resource-types", *left_out, "--select", *select, *flags)
            succeeded = True
        finally:
            with connect(self.dsn) as connection:
                runs.finish_run(connection, run.run_id, succeeded, now=self.now())
        return run.run_id

    @cached_property
    def dbt(self) -> Dbt:
        """dbt on this warehouse."""
        return Dbt(self.dsn, self.target, threads=2)

    def publish(self, run_id: str) -> Publication:
        """Confirm, make messages, deliver them; return what was made."""
        targets = load_targets(self.config / "feedback")
        archive = Archive(self._archive(), self.keys)
        with connect(self.dsn) as connection:
            done = publish(connection, archive, [run_id], targets_config=targets, now=self.now())
            clear = [target for name, target in targets.items() if may_send(connection, archive, name, self.now())]
        for target in clear:
            deliver(self.dsn, target, resolve=self.resolve, worker="test", clocks=Clocks(business_now=self.now))
        return done

    def query(self, statement: str, parameters: Any = None) -> list[tuple]:
        """Return the rows of a query on the warehouse."""
        with connect(self.dsn) as connection:
            return connection.execute(statement, parameters).fetchall()

    def resolve(self, connection_id: str) -> Endpoint:
        """Return a connection of the estate as plain values."""
        return endpoint(self.estate.connections[connection_id])

    @contextmanager
    def open_sftp(self, connection_id: str) -> Iterator[paramiko.SFTPClient]:
        """Open an SFTP session to a server whose host key the connection states."""
        where = self.resolve(connection_id)
        kind, key = where.extra["host_key"].split()[:2]
        with paramiko.SSHClient() as ssh:
            ssh.get_host_keys().add(
                f"[{where.host}]:{where.port}", kind, paramiko.PKey.from_type_string(kind, base64.b64decode(key))
            )
            ssh.connect(where.host, port=where.port, username=where.login, password=where.password, allow_agent=False)
            with ssh.open_sftp() as client:
                yield client

    def _context(self, configuration: Any) -> Context:
        return Context(
            warehouse_dsn=self.dsn, configuration=configuration, archive_root=self._archive(), keys=self.keys,
            resolve=self.resolve, open_sftp=self.open_sftp, dag_id="test", dag_run_id=self._next_run(), now=self.now,
        )  # fmt: skip

    def _archive(self) -> str:
        return f"file://{self.home / 'archive'}"

    def _next_run(self) -> str:
        self.runs += 1
        return f"test-{self.runs}"


def endpoint(connection: Mapping[str, Any]) -> Endpoint:
    """Return an Airflow connection in JSON spelling as plain values."""
    uri = ""
    if connection["conn_type"] == "postgres":
        login, password = (quote(connection[name], safe="") for name in ("login", "password"))
        uri = f"postgresql://{login}:{password}@{connection['host']}:{connection['port']}/{connection['schema']}"
    return Endpoint(
        host=connection["host"] or "", port=connection["port"], login=connection["login"] or "",
        password=connection["password"] or "", schema=connection["schema"] or "", extra=connection["extra"], uri=uri,
    )  # fmt: skip


@contextmanager
def running_estate(server: EmbeddedPostgres, home: Path, **options: Any) -> Iterator[Estate]:
    """Start an estate on a database of its own; stop it at the end."""
    name = f"estate_{secrets.token_hex(6)}"
    config = home / "estate.json"
    config.write_text(json.dumps({"home": str(home), "dsn": server.create_database(name), **options}))
    state = home / "estate" / "state.json"
    with (home / "estate.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve", "--config", str(config)],
            stdout=log, stderr=log, cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip
        try:
            yield _ready(Estate(state), process, home / "estate.log")
        finally:
            process.terminate()
            process.wait(timeout=30)
            server.drop_database(name)


def _ready(estate: Estate, process: subprocess.Popen, log: Path) -> Estate:
    deadline = time.monotonic() + START_SECONDS
    while not estate.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The estate did not come up: {log.read_text()[-3000:]}")
        time.sleep(0.1)
    return estate
