"""What people decided about vendors, folded into what holds now. Decisions outlive every model."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import combinations, product

Pair = tuple[str, str]


class Kind(StrEnum):
    """What a person may decide."""

    MERGE = "merge"
    APART = "apart"
    UNDO = "undo"


@dataclass(frozen=True)
class Decision:
    """One decision of a steward.

    ``merge``: one group, whose vendors are one. ``apart``: several groups, of which no two are one. ``undo``: names the
    decision that it takes back (``undoes``), or, for a merge that was applied on certain evidence, one group whose
    vendors are not to be merged without a person.
    """

    decision_id: str
    kind: Kind
    groups: tuple[tuple[str, ...], ...]
    decided_at: datetime
    decided_by: str
    undoes: str = ""


@dataclass(frozen=True)
class Constraints:
    """What holds of pairs (lower id first).

    ``merged``: a person said so; newest decision first. ``apart``: a person said no. ``withheld``: a merge was undone:
    nothing but a person merges it again. ``overruled``: decision → the newer one that says otherwise of a pair.
    ``ruled_by``: the decision that each pair is settled by.
    """

    merged: tuple[Pair, ...] = ()
    apart: frozenset[Pair] = frozenset()
    withheld: frozenset[Pair] = frozenset()
    overruled: dict[str, str] = field(default_factory=dict)
    ruled_by: dict[Pair, str] = field(default_factory=dict)


def pair(one: str, other: str) -> Pair:
    """Return two ids, the lower first."""
    return (one, other) if one <= other else (other, one)


def fold(decisions: Iterable[Decision]) -> Constraints:
    """Fold decisions, whatever the order they come in: of a pair, the newest decision that was not undone holds."""
    newest_first = sorted(decisions, key=lambda each: (each.decided_at, each.decision_id), reverse=True)
    known = {each.decision_id: each for each in newest_first}
    undone: set[str] = set()
    settled: dict[Pair, tuple[Kind, str]] = {}
    overruled: dict[str, str] = {}
    for each in newest_first:
        if each.decision_id in undone:
            continue
        if each.kind == Kind.UNDO and each.undoes:
            undone.add(each.undoes)
        for found in _pairs(each, known):
            kind, by = settled.setdefault(found, (each.kind, each.decision_id))
            if kind != each.kind and each.kind != Kind.UNDO:
                overruled.setdefault(each.decision_id, by)
    return Constraints(
        merged=tuple(found for found, (kind, _) in settled.items() if kind == Kind.MERGE),
        apart=frozenset(found for found, (kind, _) in settled.items() if kind == Kind.APART),
        withheld=frozenset(found for found, (kind, _) in settled.items() if kind == Kind.UNDO),
        overruled=overruled,
        ruled_by={found: by for found, (_, by) in settled.items()},
    )


def _pairs(decision: Decision, known: dict[str, Decision]) -> list[Pair]:
    """The pairs that a decision speaks of. Taking back "apart" leaves its pairs open, like any others."""
    if decision.kind == Kind.UNDO and decision.undoes:
        target = known.get(decision.undoes)
        return _pairs(target, known) if target and target.kind == Kind.MERGE else []
    if decision.kind == Kind.APART:
        return sorted({pair(*two) for one, other in combinations(decision.groups, 2) for two in product(one, other)})
    return sorted({pair(*two) for group in decision.groups for two in combinations(sorted(set(group)), 2)})
