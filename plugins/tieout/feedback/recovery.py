"""Takes the messages that a restored warehouse lost back from the journal in the archive, with their ids and keys."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from tieout.archive.store import Archive
from tieout.errors import TieoutError
from tieout.feedback import journal
from tieout.feedback.journal import Entry

_LOST = sql.Identifier("pg_temp", "lost_message")
_MISSING = """
    select count(*)
    from pg_temp.lost_message as l
    where not exists (
        select 1
        from feedback.outbox as o
        where o.message_id = l.message_id and o.idempotency_key = l.idempotency_key
    )
"""
_NEXT_ID = """
    select setval(pg_get_serial_sequence('feedback.outbox', 'message_id'), max(message_id))
    from feedback.outbox
    having max(message_id) is not null
"""


@dataclass
class Recovered:
    """The entries that the warehouse did not know, in order, and how many messages it did not have."""

    entries: list[Entry] = field(default_factory=list)
    messages: int = 0


def recover(connection: psycopg.Connection, archive: Archive, known: int) -> Recovered:
    """Take over the journal's entries after number ``known``, and their messages; the caller commits.

    No message is put into the queue: whether it was sent is not known.
    """
    found = Recovered()
    while (entry := journal.read(archive, known + len(found.entries) + 1)) is not None:
        if entry.messages_sha256 is not None:
            found.messages += _load(connection, archive.read(entry.messages_sha256))
        journal.note(connection, entry)
        found.entries.append(entry)
    connection.execute(_NEXT_ID)
    return found


def _load(connection: psycopg.Connection, text: Iterable[bytes]) -> int:
    """Insert what is not there yet. The text's first line names its columns, so that older texts can be read."""
    columns, rest = _heading(iter(text))
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    connection.execute("create temporary table lost_message (like feedback.outbox) on commit drop")
    with connection.cursor() as cursor:
        with cursor.copy(sql.SQL("copy {} ({}) from stdin (format csv)").format(_LOST, names)) as copy:
            for chunk in rest:
                copy.write(chunk)
        count = cursor.execute(
            sql.SQL(
                "insert into feedback.outbox ({names}) overriding system value"
                " select {names} from {lost} order by message_id on conflict do nothing"
            ).format(names=names, lost=_LOST)
        ).rowcount
        missing = cursor.execute(_MISSING).fetchone()
    if missing and missing[0]:
        raise TieoutError(
            f"{missing[0]} messages of the journal cannot be taken back: others were made under their ids.",
            "Restore the warehouse once more; nothing may publish before it has looked at the archive.",
        )
    connection.execute(sql.SQL("drop table {}").format(_LOST))
    return count


def _heading(chunks: Iterator[bytes]) -> tuple[list[str], Iterator[bytes]]:
    held = b""
    for chunk in chunks:
        held += chunk
        line, end, rest = held.partition(b"\n")
        if end:
            return line.decode().split(","), _before(rest, chunks)
    raise ValueError("The text of messages has no heading.")


def _before(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from others
