"""An estate with tiny days of its own, served by a thread of the test's process."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import psycopg

from sandbox.clock import start_of_day
from sandbox.scenario.model import DayPlay, Write
from sandbox.servers.estate import Estate
from sandbox.settings import Config


@dataclass
class Days:
    """A scenario of given days; the others are empty."""

    days: dict[int, DayPlay] = field(default_factory=dict)

    def day(self, number: int) -> DayPlay:
        """Return what happens on a day."""
        return self.days.get(number, DayPlay(number))

    def write(self, number: int, system: str, table: str, key: str, doc: dict[str, Any], hour: float = 8) -> None:
        """Add a record to a day."""
        at = at_hour(number, hour)
        self.days.setdefault(number, DayPlay(number)).writes.append(Write(system, table, (key,), doc, at))


def at_hour(day: int, hour: float) -> datetime:
    """An instant of a simulated day."""
    return start_of_day(day).replace(hour=int(hour), minute=int(hour % 1 * 60))


@dataclass
class Running:
    """An estate that runs, seen from outside."""

    config: Config
    state: dict[str, Any]
    control: httpx.Client
    settle: Callable[[], None]

    def start_over(self) -> None:
        """Take the estate back to the time before its first day."""
        self.control.delete("/faults").raise_for_status()
        with psycopg.connect(self.config.dsn) as connection:
            tables = connection.execute(
                "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables"
                " where schemaname in ('estate', 'erp_main') and tablename <> 'world'"
            ).fetchone()
            assert tables is not None
            connection.execute(f"truncate {tables[0]} restart identity")
            connection.execute("update estate.world set day = 0, moved_to = null")
        for folder in ("sftp", "folders"):
            shutil.rmtree(self.config.directory / folder)
        self.settle()

    def connection(self, name: str) -> dict[str, Any]:
        """Facts of a connection."""
        return self.state["connections"][name]

    def url(self, name: str) -> str:
        """Where an HTTP system is."""
        connection = self.connection(name)
        return f"{connection['schema']}://{connection['host']}:{connection['port']}"

    def client(self, name: str) -> httpx.Client:
        """A client with the credentials of a system."""
        connection = self.connection(name)
        if name == "erp_west":
            return httpx.Client(base_url=self.url(name), headers={"X-Api-Key": connection["password"]})
        login = (connection["login"], connection["password"])
        if name == "ap":
            answer = httpx.post(
                f"{self.url(name)}/oauth/token", data={"grant_type": "client_credentials"}, auth=login
            ).raise_for_status()
            token = answer.json()["access_token"]
            return httpx.Client(base_url=self.url(name), headers={"Authorization": f"Bearer {token}"})
        return httpx.Client(base_url=self.url(name), auth=login)

    def advance(self, days: int = 1) -> dict[str, Any]:
        """Play days."""
        return self.control.post("/advance", json={"days": days}).raise_for_status().json()

    def fault(self, **fault: Any) -> int:
        """Put a fault in force; return its id."""
        return self.control.post("/faults", json=fault).raise_for_status().json()["id"]


@contextmanager
def running(config: Config, days: Days) -> Iterator[Running]:
    """Serve an estate until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def in_loop(make: Callable[[], Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(make(), loop).result(timeout=30)

    try:
        estate = Estate(config, days)
        try:
            in_loop(estate.start)
            state = estate.state()
            headers = {"Authorization": f"Bearer {state['control']['token']}"}
            with httpx.Client(base_url=state["control"]["url"], headers=headers, timeout=30) as control:
                yield Running(config, state, control, estate.advance.settle)
        finally:
            in_loop(estate.stop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()
