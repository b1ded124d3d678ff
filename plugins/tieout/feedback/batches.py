"""Messages that go together, in one file: which batch each is in is kept before the file is written.

So a worker that died is followed by one that makes the same file, by name and bytes, and a file that is there already
is not made again. Rules: docs/reference/feedback.md, Transports.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tieout.feedback.sftp_file import batch_key
from tieout.feedback.taking import LIVE, Due, read, take
from tieout.feedback.targets import Target
from tieout.feedback.transport import Message

_UNASSIGNED = """
    select q.message_id
    from feedback.queue as q
    where q.message_id = any(%(message_ids)s)
        and not exists (select 1 from feedback.batch_message as b where b.message_id = q.message_id)
"""
_ASSIGN = "insert into feedback.batch_message (message_id, batch_key) values (%s, %s)"
_BATCHES = """
    select distinct o.operation, b.batch_key
    from feedback.batch_message as b
    inner join feedback.outbox as o on o.message_id = b.message_id
    where b.message_id = any(%(message_ids)s)
    order by o.operation, b.batch_key
"""
_MEMBERS = f"""
    select b.message_id, q.message_id is not null as waits, {LIVE} as may_go
    from feedback.batch_message as b
    left join feedback.queue as q on q.message_id = b.message_id
    where b.batch_key = %(batch_key)s
"""  # noqa: S608 - the text is ours; values are parameters
_LOCK = """
    select message_id
    from feedback.queue
    where message_id = any(%(message_ids)s) and due_at <= %(now)s
    for update skip locked
"""


class Batch(NamedTuple):
    """A file's messages, by the key in its name."""

    operation: str
    batch_key: str


class Held(NamedTuple):
    """What of a batch is locked. It is ``whole`` where that is every message that was put into it, and all may go."""

    messages: list[Message]
    whole: bool


def assign(
    connection: psycopg.Connection, target: Target, due: Sequence[Due], now: datetime
) -> tuple[list[Batch], int]:
    """Put what is due and in no batch yet into one per operation; return the batches of all that is due.

    Also returns how many messages a newer one superseded. The caller commits before it writes a file.
    """
    ids = {"message_ids": [one.message_id for one in due]}
    unassigned = {row[0] for row in connection.execute(_UNASSIGNED, ids).fetchall()}
    superseded = 0
    taken: dict[str, list[Message]] = {}
    for one in due:
        if one.message_id not in unassigned:
            continue
        message = take(connection, target, one.message_id, now)
        if isinstance(message, Message):
            taken.setdefault(one.operation, []).append(message)
        superseded += message == "superseded"
    for messages in taken.values():
        key = batch_key(message.idempotency_key for message in messages)
        with connection.cursor() as cursor:
            cursor.executemany(_ASSIGN, [(message.message_id, key) for message in messages])
    batches = connection.cursor(row_factory=class_row(Batch)).execute(_BATCHES, ids).fetchall()
    return batches, superseded


def hold(connection: psycopg.Connection, target: Target, batch: Batch, now: datetime) -> Held | None:
    """Lock a batch's messages that wait; None where somebody else is at it, or it is not due, or it is done.

    It is not whole either where a message of it was switched off or into shadow since.
    """
    known = {"batch_key": batch.batch_key, "modes": Jsonb(target.modes)}
    members = connection.execute(_MEMBERS.encode(), known).fetchall()
    waiting = [message_id for message_id, waits, _ in members if waits]
    locked = connection.execute(_LOCK, {"message_ids": waiting, "now": now}).fetchall()
    if not waiting or len(locked) < len(waiting):
        return None
    return Held(read(connection, waiting), whole=all(waits and may_go for _, waits, may_go in members))


def release(connection: psycopg.Connection, batch: Batch) -> None:
    """Undo a batch of which no file was made, so that what still waits of it goes into another."""
    connection.execute("delete from feedback.batch_message where batch_key = %s", (batch.batch_key,))
