"""The inbox: events as received, durable before they are answered (docs/reference/feedback.md, Events in).

``raw.inbox`` is only ever added to; what became of an event is ``ops.inbox_outcome``. Bodies are AES-GCM ciphertext,
bound to system and event id, so that one cannot be put in another's place.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import psycopg
from psycopg.rows import dict_row

from tieout.archive.keys import Keys

Stored = Literal["stored", "known", "different"]
Outcome = Literal["landed", "unchanged", "rejected"]
# Bodies that are decrypted at once, in bytes; at least one is.
TAKEN_BYTES = 16 << 20


@dataclass(frozen=True)
class Arrival:
    """An event that arrived.

    Attributes:
        event_id: unique within the system that sent it.
        occurred_at: when it happened there, business time.
        received_at: the business clock's instant of arrival.
        arrived_at: wall time of arrival.
        body: exactly as received.
        trace_id: of the request.
    """

    source_system: str
    event_id: str
    event_type: str
    occurred_at: datetime
    received_at: datetime
    arrived_at: datetime
    body: bytes = field(repr=False)
    trace_id: str


@dataclass(frozen=True)
class Waiting:
    """An event that waits to be landed, its body in clear."""

    inbox_id: int
    source_system: str
    event_id: str
    event_type: str
    occurred_at: datetime
    received_at: datetime
    trace_id: str
    body: bytes = field(repr=False)


_STORE = """
    insert into raw.inbox (
        source_system, event_id, event_type, occurred_at, received_at, arrived_at, body_encrypted, body_sha256, trace_id
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (source_system, event_id) do nothing
    returning inbox_id
"""
_WAITING = """
    with next_ones as (
        select inbox_id
        from ops.inbox_waiting
        where %(system)s::text is null or source_system = %(system)s
        order by inbox_id
        limit %(limit)s
    ),

    sized as (
        select
            i.inbox_id,
            i.source_system,
            i.event_id,
            i.event_type,
            i.occurred_at,
            i.received_at,
            i.trace_id,
            i.body_encrypted,
            sum(octet_length(i.body_encrypted)) over (order by i.inbox_id) - octet_length(i.body_encrypted) as before
        from next_ones
        inner join raw.inbox as i using (inbox_id)
    )

    select
        inbox_id, source_system, event_id, event_type, occurred_at, received_at, trace_id, body_encrypted
    from sized
    where before < %(bytes)s
    order by inbox_id
"""


def store(connection: psycopg.Connection, arrival: Arrival, keys: Keys) -> Stored:
    """Keep an event, in the caller's transaction: only its commit makes it durable.

    Returns:
        ``stored``; ``known`` where the same event is there already, and nothing was added; ``different`` where the
        event id is there with another body, and nothing was added.
    """
    digest = hashlib.sha256(arrival.body).hexdigest()
    values = (
        arrival.source_system,
        arrival.event_id,
        arrival.event_type,
        arrival.occurred_at,
        arrival.received_at,
        arrival.arrived_at,
        keys.encrypt_bytes(arrival.body, _bound(arrival.source_system, arrival.event_id)),
        digest,
        arrival.trace_id,
    )
    if connection.execute(_STORE, values).fetchone():
        return "stored"
    row = connection.execute(
        "select body_sha256 from raw.inbox where (source_system, event_id) = (%s, %s)",
        (arrival.source_system, arrival.event_id),
    ).fetchone()
    return "known" if row and row[0] == digest else "different"


def systems_waiting(connection: psycopg.Connection) -> list[str]:
    """Return the systems of which events wait."""
    rows = connection.execute("select distinct source_system from ops.inbox_waiting order by 1").fetchall()
    return [row[0] for row in rows]


def waiting_since(connection: psycopg.Connection, wall_now: datetime, seconds: float) -> list[dict]:
    """Return the oldest event that waits, where it arrived at least so many seconds ago; else nothing."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            select i.source_system, i.event_id, i.arrived_at
            from ops.inbox_waiting
            inner join raw.inbox as i using (inbox_id)
            where i.arrived_at <= %s
            order by i.inbox_id
            limit 1
            """,
            [wall_now - timedelta(seconds=seconds)],
        ).fetchall()


def waiting(connection: psycopg.Connection, limit: int, keys: Keys, *, system: str | None = None) -> list[Waiting]:
    """Return events without outcome, oldest first, their bodies decrypted.

    Args:
        connection: to the warehouse.
        limit: how many at most; fewer where their bodies would be more than ``TAKEN_BYTES``.
        keys: that decrypt.
        system: of which system; of all where it is none.

    Raises:
        MalformedPayload: a body was changed.
        ConfigurationError: the key of a body is not at hand.
    """
    rows = connection.execute(_WAITING, {"system": system, "limit": limit, "bytes": TAKEN_BYTES}).fetchall()
    found = []
    for inbox_id, source, event_id, event_type, occurred_at, received_at, trace_id, sealed in rows:
        body = keys.decrypt_bytes(sealed, _bound(source, event_id))
        found.append(Waiting(inbox_id, source, event_id, event_type, occurred_at, received_at, trace_id, body))
    return found


def settle(
    connection: psycopg.Connection,
    inbox_id: int,
    outcome: Outcome,
    *,
    at: datetime,
    batch_ids: Sequence[str] = (),
    message: str | None = None,
) -> None:
    """Say what became of an event, in the transaction of its rows. The first answer stays.

    Args:
        connection: to the warehouse.
        inbox_id: of the event.
        outcome: ``landed``, ``unchanged`` (raw had its rows already) or ``rejected``.
        at: business time.
        batch_ids: the batches that hold its rows.
        message: why it was rejected; it holds nothing of the body.
    """
    connection.execute(
        "insert into ops.inbox_outcome (inbox_id, outcome, batch_ids, message, at) values (%s, %s, %s, %s, %s)"
        " on conflict (inbox_id) do nothing",
        (inbox_id, outcome, list(batch_ids), message, at),
    )


def _bound(system: str, event_id: str) -> bytes:
    return f"tieout inbox\0{system}\0{event_id}".encode()
