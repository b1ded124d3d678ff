"""The appender: chains the events that were committed since it ran last (docs/reference/trust.md, Audit).

Writers never wait for it, nor for each other: each writes its event and, by a trigger, the event's row in
``audit.unchained``. One appender at a time takes those rows. An event whose transaction is still open is not there yet
and is taken by a later run, at a later position; ids are no measure of what was taken, so none is passed over.
"""

from dataclasses import dataclass

import psycopg

from tieout.audit.encoding import FIRST, TEXTS, link

BATCH = 20_000  # events held in memory, and chained in one transaction
_LOCK = "select pg_advisory_xact_lock(hashtext('tieout audit chain'))"
_HEAD = "select position, sha256 from audit.chain order by position desc limit 1"
# An event that is gone stays among those that wait, where the verification finds it.
_TAKE = f"""
    with taken as (
        delete from audit.unchained
        where event_id in (
            select u.event_id
            from audit.unchained as u
            inner join audit.event as e on e.event_id = u.event_id
            order by u.event_id
            limit %s
        )
        returning event_id
    )

    select {TEXTS}
    from taken
    inner join audit.event as e on e.event_id = taken.event_id
    order by e.event_id
"""  # noqa: S608 - the text is ours
_COPY = "copy audit.chain (position, event_id, previous_sha256, sha256) from stdin"


@dataclass(frozen=True)
class Head:
    """The last position of the chain and its hash; position 0 where nothing is chained."""

    position: int
    sha256: str


def append(connection: psycopg.Connection) -> int:
    """Chain every event that waits and return how many. Commits after each batch; may be stopped at any moment."""
    chained = 0
    while True:
        with connection.transaction():
            count = _append_batch(connection)
        connection.commit()
        chained += count
        if count < BATCH:
            return chained


def head(connection: psycopg.Connection) -> Head:
    """Return the end of the chain."""
    row = connection.execute(_HEAD).fetchone()
    return Head(0, FIRST) if row is None else Head(*row)


def lock(connection: psycopg.Connection) -> None:
    """Keep other appenders out until the transaction ends."""
    connection.execute(_LOCK)


def _append_batch(connection: psycopg.Connection) -> int:
    lock(connection)
    last = head(connection)
    position, previous = last.position, last.sha256
    events = connection.execute(_TAKE.encode(), (BATCH,)).fetchall()
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for texts in events:
            position += 1
            sha256 = link(previous, texts)
            copy.write_row((position, texts[0], previous, sha256))
            previous = sha256
    return len(events)
