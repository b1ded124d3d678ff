"""Ties that another tie speaks against: of two vendors that are not one, a third is one at most.

A name that lost its number, or first letters, fits a firm and its sister at the same address alike. Then nothing tells
which of the two is meant, and a person looks; where one of the ties is far heavier, it stands alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from tieout.resolution.decisions import Pair, pair

Tie = tuple[str, str]
# A tie stands against another where it is this much heavier (log2): some hundred times likelier.
MARGIN = 7.0


def torn(ties: Mapping[Tie, float], apart: Iterable[Pair], mates: Callable[[str], Iterable[str]]) -> set[Pair]:
    """Return the pairs of ties that do not stand.

    ``ties``: (vendor, other) → weight, in both directions where each may be the other, else from the one whose name
    says less. Of a vendor that is tied to two that differ, only ties stand that are far heavier than the lighter of the
    two: what else it is tied to may be either one's. ``apart`` are pairs that are known to differ; ``mates`` gives
    those that a vendor is one with for certain.
    """
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for (member, other), weight in ties.items():
        weights[member][other] = weight
    differing: dict[str, set[str]] = defaultdict(set)
    for one, other in apart:
        differing[one].add(other)
        differing[other].add(one)
    least = {member: _least(tied, differing) for member, tied in weights.items()}
    return {
        pair(member, other)
        for (member, other), weight in ties.items()
        if weight < least[member] or not differing[other].isdisjoint(mates(member))
    }


def _least(tied: Mapping[str, float], differing: Mapping[str, set[str]]) -> float:
    """The weight from which ties of one vendor stand."""
    lighter = [
        min(weight, tied[rival])
        for other, weight in tied.items()
        if other in differing
        for rival in differing[other].intersection(tied)
    ]
    return max(lighter) + MARGIN if lighter else float("-inf")
