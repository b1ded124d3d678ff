"""What the estate's systems tell by webhook: kept until it is accepted, whatever is away meanwhile."""

from dataclasses import dataclass
from datetime import timedelta

import psycopg
from psycopg.rows import dict_row

from sandbox.records.session import Session
from sandbox.records.values import Document


@dataclass(frozen=True)
class Event:
    """An event that is to be sent."""

    position: int
    system: str
    event_type: str
    body: str
    attempts: int


def put_event(session: Session, system: str, event_id: str, event_type: str, body: str, delay: float) -> bool:
    """Keep an event that is due in some seconds; say whether it was new."""
    session.connection.execute("set local synchronous_commit = on")
    inserted = session.connection.execute(
        "insert into estate.webhook (system, event_id, event_type, body, due_at)"
        " values (%s, %s, %s, %s, clock_timestamp() + %s) on conflict do nothing",
        (system, event_id, event_type, body, timedelta(seconds=delay)),
    )
    return inserted.rowcount == 1


def told(session: Session, system: str) -> set[str]:
    """Return the ids of the events of a system."""
    rows = session.connection.execute("select event_id from estate.webhook where system = %s", [system])
    return {row[0] for row in rows}


def due(session: Session, most: int) -> list[Event]:
    """Return events that are due, longest first."""
    rows = session.connection.execute(
        "select position, system, event_type, body, attempts from estate.webhook"
        " where state = 'waiting' and due_at <= clock_timestamp() order by due_at, position limit %s",
        [most],
    )
    return [Event(*row) for row in rows]


def settle(session: Session, event: Event, state: str, status: int | None, retry_in: float) -> None:
    """Note an attempt; an event that waits on is due again later."""
    session.connection.execute(
        "update estate.webhook set state = %s, status = %s, attempts = attempts + 1,"
        " due_at = clock_timestamp() + %s,"
        " settled_at = case when %s = 'waiting' then null else clock_timestamp() end where position = %s",
        (state, status, timedelta(seconds=retry_in), state, event.position),
    )


def listed(connection: psycopg.Connection) -> list[Document]:
    """Return every event with what became of it, in the order in which they happened."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select system, event_id as id, event_type as type, state, attempts, status, made_at, settled_at"
            " from estate.webhook order by position"
        ).fetchall()
