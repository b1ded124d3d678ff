"""Picks what is due at a target, and locks one message so that nobody else sends it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from tieout.feedback.targets import Target
from tieout.feedback.transport import Message

# Whether a place in the queue, q, may be taken as the modes are now.
LIVE = "coalesce(%(modes)s -> q.operation ->> q.entity_id, %(modes)s -> q.operation ->> '*') = 'live'"
# What the archive does not know yet waits: a restored warehouse would not know that it was sent. Where there is no
# journal at all, nobody keeps one.
_KNOWN = """
    q.message_id <= coalesce(
        (select j.through_message_id from feedback.journal as j order by j.number desc limit 1), q.message_id
    )
"""
_DUE = f"""
    select q.message_id, q.operation
    from feedback.queue as q
    where q.target = %(target)s and q.due_at <= %(now)s and {LIVE} and {_KNOWN}
    order by q.due_at, q.message_id
    limit %(limit)s
    for update skip locked
"""  # noqa: S608 - the text is ours; values are parameters
_NEXT = f"""
    select q.due_at
    from feedback.queue as q
    where q.target = %(target)s and {LIVE} and {_KNOWN}
    order by q.due_at
    limit 1
    for update skip locked
"""  # noqa: S608 - the text is ours; values are parameters
_ANY_DUE = f"""
    select 1
    from feedback.queue as q
    where q.target = %(target)s and q.due_at <= %(now)s and {LIVE}
    limit 1
"""  # noqa: S608 - the text is ours; values are parameters
# A look only locks: its end need not wait for the disk.
_NOTHING_TO_KEEP = "set local synchronous_commit = off"
_TAKE = """
    select message_id
    from feedback.queue
    where message_id = %(message_id)s and due_at <= %(now)s
    for update skip locked
"""
_MESSAGE = """
    select message_id, operation, entity_id, subject_id, target_key, body::text as body, idempotency_key,
        correlation_id
    from feedback.outbox
    where message_id = any(%(message_ids)s)
    order by message_id
"""
# Once it is locked, in a statement of its own, so that it sees what the last holder committed.
_LOCKED = """
    select
        o.message_id, o.operation, o.entity_id, o.subject_id, o.target_key, o.body::text as body, o.idempotency_key,
        o.correlation_id,
        exists (
            select 1
            from feedback.outbox as newer
            where newer.target = o.target and newer.operation = o.operation and newer.subject_id = o.subject_id
                and newer.sequence > o.sequence
        ) as replaced,
        exists (
            select 1
            from feedback.queue as older
            where older.target = o.target and older.operation = o.operation and older.subject_id = o.subject_id
                and older.message_id < o.message_id
        ) as follows
    from feedback.outbox as o
    where o.message_id = %(message_id)s
"""
_DROP_OLDER = """
    delete from feedback.queue
    where message_id in (
        select message_id
        from feedback.queue
        where target = %(target)s and operation = %(operation)s and subject_id = %(subject_id)s
            and message_id < %(message_id)s
        for update skip locked
    )
"""
_OLDER_ON_THE_WIRE = """
    select 1
    from feedback.queue
    where target = %(target)s and operation = %(operation)s and subject_id = %(subject_id)s
        and message_id < %(message_id)s
    limit 1
"""


class Due(NamedTuple):
    """A message that may be sent."""

    message_id: int
    operation: str


def due(connection: psycopg.Connection, target: Target, now: datetime) -> list[Due]:
    """Return the next messages that are due and that nobody holds, as many as the target's batch size."""
    parameters = _look(target, now) | {"limit": target.batch_size}
    with connection.transaction():
        connection.execute(_NOTHING_TO_KEEP)
        return connection.cursor(row_factory=class_row(Due)).execute(_DUE.encode(), parameters).fetchall()


def wait_for_next(connection: psycopg.Connection, target: Target, now: datetime) -> timedelta | None:
    """Return how long it is until a message is due; None where none waits."""
    with connection.transaction():
        connection.execute(_NOTHING_TO_KEEP)
        row = connection.execute(_NEXT.encode(), _look(target, now)).fetchone()
    return None if row is None else row[0] - now


def targets_due(connection: psycopg.Connection, targets: Iterable[Target], now: datetime) -> list[str]:
    """Return the names of the targets at which something is due, known to the archive or not."""
    return [
        target.name
        for target in targets
        if connection.execute(_ANY_DUE.encode(), _look(target, now)).fetchone() is not None
    ]


def take(
    connection: psycopg.Connection, target: Target, message_id: int, now: datetime
) -> Message | Literal["skipped", "superseded"]:
    """Lock a message and return it, or say why it is not to be sent now."""
    parameters = {"message_id": message_id, "now": now}
    if connection.execute(_TAKE, parameters).fetchone() is None:
        return "skipped"
    row = connection.cursor(row_factory=dict_row).execute(_LOCKED, parameters).fetchone()
    if row is None or row.pop("replaced"):
        connection.execute("delete from feedback.queue where message_id = %(message_id)s", parameters)
        return "superseded"
    follows = row.pop("follows")
    message = Message(**row)
    if not follows:
        return message
    subject = parameters | {
        "target": target.name,
        "operation": message.operation,
        "subject_id": message.subject_id,
    }
    connection.execute(_DROP_OLDER, subject)
    return "skipped" if connection.execute(_OLDER_ON_THE_WIRE, subject).fetchone() else message


def read(connection: psycopg.Connection, message_ids: Sequence[int]) -> list[Message]:
    """Return messages of the outbox."""
    cursor = connection.cursor(row_factory=class_row(Message))
    return cursor.execute(_MESSAGE, {"message_ids": list(message_ids)}).fetchall()


def _look(target: Target, now: datetime) -> dict[str, Any]:
    return {"target": target.name, "modes": Jsonb(target.modes), "now": now}
