"""Where events are kept, by a few connections (docs/reference/feedback.md, Events in)."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import psycopg

from tieout.archive.keys import Keys
from tieout.errors import Transient
from tieout.events import inbox
from tieout.events.envelope import Envelope
from tieout.events.inbox import Arrival, Stored
from tieout.events.incidents import AGAIN, raise_bad
from tieout.landing.profile import Events

Result = TypeVar("Result")
CONNECTIONS = 4
CONNECT_SECONDS = 3
LOST_MILLISECONDS = 15_000  # after which a connection whose server says nothing is given up
# The answer promises that the event is kept: its commit waits for the disk, whatever the server's default is.
OPTIONS = "-c timezone=UTC -c synchronous_commit=on -c statement_timeout=5s -c idle_in_transaction_session_timeout=10s"


@dataclass(frozen=True)
class Door:
    """How a system's events come in: what it may send, and the secrets that sign it, the current one first."""

    events: Events
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Vault:
    """What keeps events: the warehouse's URL and the keys."""

    dsn: str = field(repr=False)
    keys: Keys


class Desk:
    """Takes events in.

    Args:
        door: gives how a system's events come in, nothing where it sends none.
        vault: gives what keeps them.
        business_now, wall_now: the clocks.

    Both functions are called for each event, in threads; they may raise anything while Airflow cannot tell.
    """

    def __init__(
        self,
        door: Callable[[str], Door | None],
        vault: Callable[[], Vault],
        business_now: Callable[[], datetime],
        wall_now: Callable[[], datetime],
    ) -> None:
        self.door = door
        self.wall_now = wall_now
        self._vault = vault
        self._business_now = business_now
        self._free: queue.LifoQueue[_Lent] = queue.LifoQueue()
        for _ in range(CONNECTIONS):
            self._free.put(_Lent())

    def keep(self, system: str, envelope: Envelope, body: bytes, trace_id: str) -> Stored:
        """Store an event and commit; a technical exception where its id is known with another body.

        Raises:
            Transient: the warehouse is away.
        """
        vault = self._vault()
        arrival = Arrival(
            source_system=system,
            event_id=envelope.event_id,
            event_type=envelope.event_type,
            occurred_at=envelope.occurred_at,
            received_at=self._business_now(),
            arrived_at=self.wall_now(),
            body=body,
            trace_id=trace_id,
        )
        return self._twice(lambda connection: _keep(connection, arrival, vault.keys), vault.dsn)

    def ask(self, question: Callable[[psycopg.Connection], list[dict]]) -> list[dict]:
        """Return what a question to the warehouse gives.

        Raises:
            Transient: the warehouse is away.
        """
        return self._twice(question, self._vault().dsn)

    def overdue(self, seconds: float) -> bool:
        """Whether an event waits that arrived at least so many seconds ago."""
        return bool(self.ask(lambda connection: inbox.waiting_since(connection, self.wall_now(), seconds)))

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while not self._free.empty():
            self._free.get().close()

    def _twice(self, work: Callable[[psycopg.Connection], Result], dsn: str) -> Result:
        """Do something in a transaction; once more where the connection was lost, as after a restart of the server.

        What was committed though the answer was lost is recognised the second time.
        """
        try:
            with self._connection(dsn) as connection:
                return work(connection)
        except psycopg.OperationalError:
            pass
        try:
            with self._connection(dsn, fresh=True) as connection:
                return work(connection)
        except psycopg.OperationalError as error:
            raise Transient("The warehouse cannot be reached.", "Send the event again.") from error

    @contextmanager
    def _connection(self, dsn: str, *, fresh: bool = False) -> Iterator[psycopg.Connection]:
        """Lend one of a few connections; who comes when all are lent waits."""
        lent = self._free.get()
        try:
            with lent.open(dsn, fresh=fresh).transaction():
                yield lent.open(dsn)
        finally:
            self._free.put(lent)


class _Lent:
    """One of the few connections, opened on use."""

    def __init__(self) -> None:
        self._dsn = ""
        self._connection: psycopg.Connection | None = None

    def open(self, dsn: str, *, fresh: bool = False) -> psycopg.Connection:
        """Return the connection; a new one where there is none to this warehouse, or where a fresh one is wanted."""
        if self._connection is None or self._connection.closed or self._dsn != dsn or fresh:
            self.close()
            self._dsn = dsn
            self._connection = psycopg.connect(
                dsn, connect_timeout=CONNECT_SECONDS, tcp_user_timeout=LOST_MILLISECONDS, options=OPTIONS,
                application_name="tieout events",
            )  # fmt: skip
        return self._connection

    def close(self) -> None:
        """Close the connection where there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _keep(connection: psycopg.Connection, arrival: Arrival, keys: Keys) -> Stored:
    stored = inbox.store(connection, arrival, keys)
    if stored == "different":
        said = f"Event {arrival.event_id} came again with other content; the first one stays."
        raise_bad(connection, arrival.source_system, f"{AGAIN}{arrival.event_id}", said, arrival.received_at)
    return stored
