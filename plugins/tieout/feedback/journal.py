"""What delivery keeps in the archive before it sends: which messages there are, and that something is about to be sent.

    feedback/<number>     an entry, encrypted, written once; numbers are 1, 2, 3 … without a gap

An entry names the archived text of the messages that are new since the entry before. The warehouse keeps the entries'
hashes: an archive that has an entry more belongs to a later state of this warehouse, which was restored from a backup
then (``restore``). Rules: docs/reference/feedback.md, After a restore.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from tieout.archive.kept import Kept
from tieout.archive.store import Archive
from tieout.errors import ConfigurationError

_HOLD = "select pg_advisory_lock(hashtext('tieout journal'))"
_RELEASE = "select pg_advisory_unlock(hashtext('tieout journal'))"
# Who publishes holds this lock, so that no message with a lower id is committed later.
_PUBLISHED = "select pg_advisory_xact_lock(hashtext('tieout publish'))"
_LAST = """
    select number, messages_sha256, messages, through_message_id, at, entry_sha256
    from feedback.journal
    order by number desc
    limit 1
"""
_NEW = "select count(*), max(message_id) from feedback.outbox where message_id > %s"
_TEXT = """
    copy (select * from feedback.outbox where message_id > %s order by message_id) to stdout (format csv, header)
"""
_INSERT = """
    insert into feedback.journal (number, entry_sha256, messages_sha256, messages, through_message_id, at)
    values (%s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Entry(Kept):
    """An entry. ``messages_sha256`` is the archive's name of the new messages' text, None where there are none.

    ``through_message_id`` is the highest id of all messages so far; ``at`` is business time, ISO 8601.
    """

    number: int
    messages_sha256: str | None
    messages: int
    through_message_id: int
    at: str


def read(archive: Archive, number: int) -> Entry | None:
    """Return an entry, or nothing where the archive has none of that number."""
    text = archive.kept(_path(number))
    return None if text is None else Entry(**json.loads(text))


@contextmanager
def held(connection: psycopg.Connection) -> Iterator[None]:
    """Let nobody else look at the journal or write to it meanwhile."""
    connection.execute(_HOLD)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(_RELEASE)
        connection.commit()


def last(connection: psycopg.Connection, archive: Archive) -> Entry | None:
    """Return the last entry that the warehouse knows; one that a killed run did not write is written now.

    Raises:
        ConfigurationError: the archive holds another entry of that number: it is another warehouse's.
    """
    row = connection.execute(_LAST).fetchone()
    if row is None:
        return None
    number, messages_sha256, messages, through, at, sha256 = row
    entry = Entry(number, messages_sha256, messages, through, at.isoformat())
    kept = archive.kept(_path(number))
    if kept is None:
        archive.keep(_path(number), entry.text.encode())
    elif hashlib.sha256(kept).hexdigest() != sha256:
        raise ConfigurationError(
            f"Entry {number} of the journal in the archive was written by another warehouse. Nothing is sent.",
            "Give each warehouse an archive of its own (TIEOUT_ARCHIVE); a copy of a warehouse sends nothing.",
        )
    return entry


def write(connection: psycopg.Connection, archive: Archive, now: datetime, *, sends: bool = False) -> Entry | None:
    """Keep the messages that are new; with ``sends`` keep, in any case, that something is about to be sent. Commits.

    To be called while the journal is ``held``. An entry is known to the warehouse before the archive has it.
    """
    before = last(connection, archive)
    connection.execute(_PUBLISHED)
    through = before.through_message_id if before else 0
    row = connection.execute(_NEW, (through,)).fetchone()
    count, newest = row if row else (0, None)
    if not count and not sends:
        connection.rollback()
        return None
    messages = archive.put(_text(connection, through)).sha256 if count else None
    entry = Entry(before.number + 1 if before else 1, messages, count, newest or through, now.isoformat())
    connection.execute(_INSERT, (entry.number, entry.text_sha256, messages, count, entry.through_message_id, now))
    connection.commit()
    archive.keep(_path(entry.number), entry.text.encode())
    return entry


def note(connection: psycopg.Connection, entry: Entry) -> None:
    """Take over an entry that the archive has; the caller commits."""
    connection.execute(
        _INSERT,
        (entry.number, entry.text_sha256, entry.messages_sha256, entry.messages, entry.through_message_id, entry.at),
    )


def _text(connection: psycopg.Connection, through: int) -> Iterator[bytes]:
    with connection.cursor() as cursor, cursor.copy(_TEXT, (through,)) as copy:
        for chunk in copy:
            yield bytes(chunk)


def _path(number: int) -> str:
    return f"feedback/{number:08d}"
