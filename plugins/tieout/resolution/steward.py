"""A steward's decisions on vendors: these numbers are one vendor, these are not, that decision is taken back.

A decision is landed as a record (``raw.decision``) in one transaction with its audit event. The next transformation
resolves by it (docs/reference/vendors.md, section Decisions). Nothing is decided over somebody's head: what another
person decided since the steward looked, or what a new decision would contradict, is named instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from tieout.errors import TieoutError
from tieout.quality import decisions as landed
from tieout.quality import knowledge
from tieout.resolution import known
from tieout.resolution.clusters import Groups
from tieout.resolution.decisions import Constraints, Decision, Kind, Pair, fold
from tieout.warehouse.connection import connect

_LAST_SEEN = "select max(known_through) from steward.vendor_resolution_run"


@dataclass(frozen=True)
class VendorDecision:
    """A decision that stands. ``is_new`` is false where the same person had decided the same already."""

    decision_id: str
    known_at: datetime
    is_new: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the decision as plain values."""
        return {"decision_id": self.decision_id, "known_at": self.known_at.isoformat(), "is_new": self.is_new}


def decide_vendors(
    dsn: str,
    *,
    kind: str,
    groups: Iterable[Iterable[str]] = (),
    undoes: str = "",
    by: str,
    reason: str,
    now: datetime,
    seen_at: datetime | None = None,
) -> VendorDecision:
    """Decide about vendor numbers, which are named by their ids (``erp_main:V1``).

    Args:
        dsn: of the warehouse.
        kind: ``merge``: one group, whose numbers are one vendor. ``apart``: several groups, of which no two are one.
            ``undo``: takes back the decision that ``undoes`` names, or, for a merge that was applied on certain
            evidence, says of one group that nothing but a person merges it.
        groups: of vendor ids.
        undoes: a decision's id.
        by: who decides.
        reason: why; kept with the decision.
        now: the business clock.
        seen_at: the knowledge time of what the person looked at; by default that of the last resolution.

    Raises:
        TieoutError: something is missing or unknown; somebody else decided on one of these vendors since ``seen_at``,
            or the decision contradicts one that stands. The message says who and when; nothing is written.
    """
    landed.need_person_and_reason(by, reason)
    named = _named(kind, groups, undoes)
    with closing(connect(dsn)) as connection, connection:
        known_at = knowledge.next_known_at(connection, now)
        past = known.decisions(connection)
        if undoes:
            named = _taken_back(past, undoes)
        made = Decision(landed.new_id(), Kind(kind), named, known_at, by.strip(), undoes)
        repeated = _repeated(past, made)
        if repeated is not None:
            return VendorDecision(repeated.decision_id, repeated.decided_at, is_new=False)
        clusters = known.cluster_of(connection)
        _refuse_unknown(connection, made)
        if not undoes:
            _refuse_unseen(past, made, clusters, seen_at or _last_seen(connection))
        _refuse_contradiction(past, made)
        _write(connection, made, clusters, reason, now)
        return VendorDecision(made.decision_id, known_at, is_new=True)


def _named(kind: str, groups: Iterable[Iterable[str]], undoes: str) -> tuple[tuple[str, ...], ...]:
    """The groups without repetitions, in order; refuses what decides nothing."""
    if kind not in list(Kind):
        raise TieoutError(f"There is no decision {kind!r} on vendors.", "Choose merge, apart or undo.")
    if undoes and kind != Kind.UNDO:
        raise TieoutError(f"A decision to {kind} takes nothing back.", "Undo that decision first, then decide.")
    named = tuple(tuple(sorted({member.strip() for member in group} - {""})) for group in groups)
    members = [member for group in named for member in group]
    if undoes:
        if members:
            raise TieoutError("Taking back a decision takes back all of it.", "Name the decision and no vendors.")
    elif kind == Kind.APART:
        if len(named) < 2 or not all(named):
            raise TieoutError("Keeping vendors apart needs two groups or more.", "Name each group's vendor ids.")
        if len(set(members)) < len(members):
            raise TieoutError("A vendor cannot be kept apart from itself.", "Name each vendor id in one group.")
    elif len(named) != 1 or len(members) < 2:
        raise TieoutError(f"To {kind} needs one group of two vendors or more.", "Name two different vendor ids.")
    return named


def _taken_back(past: Sequence[Decision], undoes: str) -> tuple[tuple[str, ...], ...]:
    """The groups of the decision that is taken back."""
    target = next((each for each in past if each.decision_id == undoes and each.kind != Kind.UNDO), None)
    if target is None:
        raise TieoutError(f"There is no decision {undoes!r} on vendors.", "Take its id from mart.xref_vendor.")
    return target.groups


def _repeated(past: Sequence[Decision], made: Decision) -> Decision | None:
    """The same decision of the same person, where nobody decided on these vendors since: a task that ran twice."""
    if made.undoes:
        return _undone_already(past, made)
    members = _members(made)
    for each in reversed(past):
        if members & _members(each):
            same = (each.kind, set(each.groups), each.undoes) == (made.kind, set(made.groups), made.undoes)
            return each if same and each.decided_by == made.decided_by else None
    return None


def _undone_already(past: Sequence[Decision], made: Decision) -> Decision | None:
    """The decision that took back the same one: a decision is taken back once."""
    done = next((each for each in past if each.undoes == made.undoes), None)
    if done is not None and done.decided_by != made.decided_by:
        raise TieoutError(f"{_told(done)}.", "It is taken back already; nothing was written.")
    return done


def _refuse_unknown(connection: psycopg.Connection, made: Decision) -> None:
    unknown = sorted(_members(made) - known.vendor_ids(connection))
    if unknown and not made.undoes:
        raise TieoutError(
            f"No source has the vendor number {', '.join(unknown)}.", "Take vendor ids from mart.xref_vendor."
        )


def _refuse_unseen(
    past: Sequence[Decision], made: Decision, clusters: Mapping[str, str], seen_at: datetime | None
) -> None:
    """Refuse where somebody else decided on the same vendors, or others of their clusters, since the person looked."""
    concerned = _clusters(made, clusters)
    for each in reversed(past):
        unseen = seen_at is None or each.decided_at > seen_at
        if unseen and each.decided_by != made.decided_by and concerned & _clusters(each, clusters):
            raise TieoutError(
                f"{_told(each)}, which was not seen when this decision was made.",
                "Look at the vendors again after the next transformation, or talk to them; nothing was written.",
            )


def _refuse_contradiction(past: Sequence[Decision], made: Decision) -> None:
    """Refuse what would overrule somebody else's decision, or merge by a chain what is kept apart."""
    by_id = {each.decision_id: each for each in [*past, made]}
    constraints = fold(by_id.values())
    for each in (by_id[old] for old, new in constraints.overruled.items() if new == made.decision_id):
        if each.decided_by != made.decided_by:
            raise TieoutError(f"{_told(each)}, and this says otherwise.", f"Undo {each.decision_id} first.")
    for clash in sorted(_clashes(constraints) - _clashes(fold(past))) if made.kind != Kind.UNDO else ():
        other = by_id[_other_side(constraints, made, clash, by_id)]
        raise TieoutError(
            f"With it {' and '.join(clash)} would be one vendor and be kept apart: {_told(other)}.",
            f"Undo {other.decision_id} first, or leave out the vendor that ties the two.",
        )


def _clashes(constraints: Constraints) -> set[Pair]:
    """Pairs that are kept apart and that merges tie together over others."""
    groups = Groups({member for each in constraints.ruled_by for member in each})
    for each in constraints.merged:
        groups.join(each, lambda left, right: True)
    return {each for each in constraints.apart if groups.root(each[0]) == groups.root(each[1])}


def _other_side(constraints: Constraints, made: Decision, clash: Pair, by_id: Mapping[str, Decision]) -> str:
    """The decision that keeps the pair apart, or the newest one that ties one of the two to others."""
    if made.kind == Kind.MERGE:
        return constraints.ruled_by[clash]
    ties = {constraints.ruled_by[each] for each in constraints.merged if set(clash) & set(each)}
    return max(ties, key=lambda decision_id: by_id[decision_id].decided_at)


def _write(
    connection: psycopg.Connection, made: Decision, clusters: Mapping[str, str], reason: str, now: datetime
) -> None:
    members = sorted(_members(made))
    detail = {"groups": [list(group) for group in made.groups], "undoes": made.undoes}
    record = landed.Decision(
        made.decision_id, f"vendor_{made.kind}", "vendor", members[0], made.decided_by, reason, detail
    )
    before = {"clusters": {member: clusters.get(member) for member in members}}
    after = {"kind": made.kind.value, **detail, "known_at": made.decided_at.isoformat()}
    landed.make(connection, record, before=before, after=after, known_at=made.decided_at, now=now)


def _last_seen(connection: psycopg.Connection) -> datetime | None:
    row = connection.execute(_LAST_SEEN).fetchone()
    return row[0] if row else None


def _members(decision: Decision) -> set[str]:
    return {member for group in decision.groups for member in group}


def _clusters(decision: Decision, clusters: Mapping[str, str]) -> set[str]:
    return {clusters.get(member, member) for member in _members(decision)}


def _told(decision: Decision) -> str:
    groups = " | ".join(", ".join(group) for group in decision.groups)
    said = f"{decision.decided_by} decided {decision.kind} of {groups} at {decision.decided_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{said} ({decision.decision_id})"
