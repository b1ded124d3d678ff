"""Verifies the audit trail: every event against the chain, the chain against the anchors in the archive.

The chain is read once, as a stream: memory does not grow with it. Everything is read as of one moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import psycopg

from tieout.archive.kept import look_ahead
from tieout.archive.store import Archive
from tieout.audit import anchors
from tieout.audit.anchors import Anchor, Noted
from tieout.audit.encoding import TEXTS
from tieout.audit.walk import Findings, Link, Walk
from tieout.errors import MalformedPayload

FETCH = 5000  # rows held in memory
RESTORED = "restored"
"""Action of the event that says that the warehouse was restored from a backup, and which anchors it lost by that."""

_CHAIN = f"""
    select c.position, c.event_id, c.previous_sha256, c.sha256, e.event_id is not null, {TEXTS}
    from audit.chain as c
    left join audit.event as e on e.event_id = c.event_id
    order by c.position
"""  # noqa: S608 - the text is ours
_OUTSIDE = """
    select e.event_id
    from audit.event as e
    where not exists (select 1 from audit.chain as c where c.event_id = e.event_id)
        and not exists (select 1 from audit.unchained as u where u.event_id = e.event_id)
    order by e.event_id
"""
_GONE = """
    select u.event_id
    from audit.unchained as u
    where not exists (select 1 from audit.event as e where e.event_id = u.event_id)
    order by u.event_id
"""
_UNGUARDED = """
    select n.name
    from unnest(array['event_insert_only', 'event_unchained', 'chain_insert_only']) as n (name)
    where not exists (
        select 1
        from pg_trigger as t
        where t.tgname = n.name
            and t.tgrelid in ('audit.event'::regclass, 'audit.chain'::regclass)
            and t.tgenabled in ('O', 'A')
    )
"""
_LOST = """
    select event_id, at, actor, after
    from audit.event
    where action = %s and subject_type = 'warehouse'
    order by event_id
"""


@dataclass(frozen=True)
class Report:
    """What a verification found.

    ``positions`` is the chain's length, ``waiting`` the events that no appender took yet, ``anchors`` those that agree.
    ``findings`` are faults, each with its position, ``notes`` what an auditor should know and is no fault.
    """

    positions: int
    waiting: int
    anchors: int
    findings: Findings
    notes: list[str] = field(default_factory=list)


def verify(connection: psycopg.Connection, archive: Archive | None) -> Report:
    """Verify everything, in a transaction of its own that only reads. Without an archive anchors are not looked at."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        return look(connection, archive)


def look(connection: psycopg.Connection, archive: Archive | None) -> Report:
    """Verify what the connection's transaction sees."""
    notes, lost = _restores(connection)
    found, findings = _read_anchors(connection, archive)
    walk = Walk(expected=_expected(found), findings=findings)
    _along(connection, walk)
    for sentence in _loose_ends(connection):
        walk.findings.add(sentence)
    agreed = _compare(found, walk, lost, notes)
    waiting = connection.execute("select count(*) from audit.unchained").fetchone()
    return Report(walk.position, waiting[0] if waiting else 0, agreed, walk.findings, notes)


def _along(connection: psycopg.Connection, walk: Walk) -> None:
    with connection.cursor(name="tieout_audit_chain") as cursor:
        cursor.itersize = FETCH
        for position, event_id, previous, sha256, is_there, *texts in cursor.execute(_CHAIN.encode()):
            walk.step(Link(position, event_id, previous, sha256, texts if is_there else None))


def _loose_ends(connection: psycopg.Connection) -> Iterable[str]:
    """Events without a place in the chain, places that wait for events that are gone, guards that are off."""
    for (event_id,) in connection.execute(_OUTSIDE):
        yield f"Event {event_id}: has no position and waits for none; it was put in by hand, or the chain was cut."
    for (event_id,) in connection.execute(_GONE):
        yield f"Event {event_id}: was deleted before it had a position."
    for (name,) in connection.execute(_UNGUARDED):
        yield f"The trigger {name} is missing or switched off: rows could be changed."


def _restores(connection: psycopg.Connection) -> tuple[list[str], set[int]]:
    """Return what the trail says of restores, and the numbers of the anchors that these took with them."""
    notes, lost = [], set()
    for event_id, at, actor, after in connection.execute(_LOST, (RESTORED,)).fetchall():
        numbers = (after or {}).get("anchors_lost", [])
        lost.update(numbers)
        notes.append(
            f"Event {event_id}: the warehouse was restored from a backup, found {at.isoformat()} by {actor};"
            f" anchors lost: {', '.join(map(str, numbers)) or 'none'}."
        )
    return notes, lost


def _read_anchors(connection: psycopg.Connection, archive: Archive | None) -> tuple[list[Anchor], Findings]:
    """Return the anchors that are there and whole, and what is wrong with the others."""
    findings = Findings()
    if archive is None:
        return [], findings
    noted = {each.number: each for each in anchors.noted(connection)}
    found: dict[int, Anchor] = {}
    for number, there in look_ahead(1, max(noted, default=0), partial(_read, archive)):
        wrong = _wrong(number, there, noted.get(number))
        if wrong:
            findings.add(wrong)
        elif isinstance(there, Anchor):
            found[number] = there
    for gap in sorted(set(range(1, max(found, default=0))) - set(found) - set(noted)):
        findings.add(f"Anchor {gap}: is missing between others.")
    return list(found.values()), findings


def _read(archive: Archive, number: int) -> Anchor | MalformedPayload | None:
    try:
        return anchors.read(archive, number)
    except MalformedPayload as changed:
        return changed


def _wrong(number: int, there: Anchor | MalformedPayload | None, said: Noted | None) -> str | None:
    """Return what is wrong with the anchor of a number, or nothing."""
    name = f"Anchor {number}" + (f" of {said.day} (position {said.position})" if said else "")
    if there is None:
        return f"{name}: is missing in the archive." if said else None
    if isinstance(there, MalformedPayload):
        return f"{name}: was changed in the archive."
    if there.number != number or (said is not None and there.text_sha256 != said.text_sha256):
        return f"{name}: is not the one that was written."
    return None


def _expected(found: Iterable[Anchor]) -> Mapping[int, list[tuple[str, str]]]:
    expected = defaultdict(list)
    for anchor in found:
        expected[anchor.position].append((str(anchor), anchor.sha256))
    return expected


def _compare(found: Iterable[Anchor], walk: Walk, lost: set[int], notes: list[str]) -> int:
    """Tell which anchors the chain contradicts or does not reach; return how many agree."""
    contradicted = dict(walk.contradicted)
    agreed = 0
    for anchor in found:
        said = contradicted.get(str(anchor))
        if anchor.position > walk.position:
            said = (
                f"Positions {walk.position + 1} to {anchor.position}: cut off the chain's end;"
                f" {anchor} knew position {anchor.position}."
            )
        if said is None:
            agreed += 1
        elif anchor.number in lost:
            notes.append(f"{said} A restore explains it.")
        else:
            walk.findings.add(said)
    return agreed
