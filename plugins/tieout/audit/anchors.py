"""Anchors: the end of the chain, in the archive each day, so that a chain that was cut or written anew is found.

    anchors/<number>      encrypted, written once; numbers are 1, 2, 3 … without a gap

That an anchor was written is an event of the trail itself, with the anchor's hash: one that was removed is missed.
"""

import json
from dataclasses import dataclass
from datetime import datetime

import psycopg

from tieout.archive.kept import Kept
from tieout.archive.store import Archive
from tieout.audit.chain import head
from tieout.audit.event import record

ACTION = "anchor"
_NOTED = """
    select (subject_id)::bigint, after ->> 'day', after ->> 'anchor_sha256', (after ->> 'position')::bigint
    from audit.event
    where action = %s and subject_type = 'audit chain'
    order by 1
"""


@dataclass(frozen=True)
class Anchor(Kept):
    """The chain's end at a moment: position and hash; ``events`` counts the whole trail; ``at`` is business time."""

    number: int
    day: str
    at: str
    position: int
    sha256: str
    events: int

    def __str__(self) -> str:
        return f"Anchor {self.number} of {self.day}"


@dataclass(frozen=True)
class Noted:
    """What the trail says of an anchor that was written."""

    number: int
    day: str
    text_sha256: str
    position: int


def read(archive: Archive, number: int) -> Anchor | None:
    """Return an anchor, or nothing where the archive has none of that number.

    Raises:
        MalformedPayload: it was changed or cut.
    """
    text = archive.kept(_path(number))
    return None if text is None else Anchor(**json.loads(text))


def noted(connection: psycopg.Connection) -> list[Noted]:
    """Return the anchors that the trail knows, by number."""
    return [Noted(*row) for row in connection.execute(_NOTED, (ACTION,)).fetchall()]


def write(connection: psycopg.Connection, archive: Archive, now: datetime) -> Anchor | None:
    """Anchor the end of the chain, where the day has no anchor yet; return it. Commits.

    An anchor that a killed run wrote and did not note is noted now.
    """
    known = noted(connection)
    last = known[-1] if known else None
    end = head(connection)
    if not end.position or (last is not None and last.day >= now.date().isoformat()):
        return None
    row = connection.execute("select count(*) from audit.event").fetchone()
    number = last.number + 1 if last else 1
    while (found := read(archive, number)) is not None:
        if is_of_chain(connection, found):
            return _note(connection, found, now)
        number += 1
    anchor = Anchor(number, now.date().isoformat(), now.isoformat(), end.position, end.sha256, row[0] if row else 0)
    archive.keep(_path(number), anchor.text.encode())
    return _note(connection, anchor, now)


def _note(connection: psycopg.Connection, anchor: Anchor, now: datetime) -> Anchor:
    record(
        connection,
        at=now,
        actor="verify_audit",
        action=ACTION,
        subject_type="audit chain",
        subject_id=str(anchor.number),
        after={
            "day": anchor.day,
            "position": anchor.position,
            "sha256": anchor.sha256,
            "anchor_sha256": anchor.text_sha256,
        },
    )
    connection.commit()
    return anchor


def is_of_chain(connection: psycopg.Connection, anchor: Anchor) -> bool:
    """Whether the chain has the position that the anchor names, with its hash."""
    row = connection.execute("select sha256 from audit.chain where position = %s", (anchor.position,)).fetchone()
    return row is not None and row[0] == anchor.sha256


def _path(number: int) -> str:
    return f"anchors/{number:08d}"
