"""Precision and recall of a resolution against labels, in pairs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tieout.resolution.decisions import Pair
from tieout.resolution.labelled import Labelled, true_pairs


@dataclass(frozen=True)
class Score:
    """Counts of pairs: found and true, found, true. A ratio of nothing is 1."""

    right: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        """Share of what was found that is true."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found."""
        return self.right / self.true if self.true else 1.0


@dataclass(frozen=True)
class Measured:
    """What one set of labelled vendors gave.

    ``applied``: without a person. ``proposed``: with every proposed merge. ``reviewed``: what is found at all, as the
    pairs that are proposed for review count as found. ``curve``: (weight, score) of scored pairs alone, no clusters.
    """

    vendors: int
    organisations: int
    applied: Score
    proposed: Score
    reviewed: Score
    merges: int
    reviews: int
    kinds: dict[str, Score]
    kinds_reviewed: dict[str, Score]
    curve: list[tuple[float, Score]]
    seconds: float


def pairs_of(group_of: Mapping[str, str | None]) -> set[Pair]:
    """Return all pairs of one group; members without a group are in none."""
    groups = defaultdict(list)
    for member, group in group_of.items():
        if group is not None:
            groups[group].append(member)
    return {two for members in groups.values() for two in combinations(sorted(members), 2)}


def score_pairs(found: set[Pair], true: set[Pair]) -> Score:
    """Score pairs."""
    return Score(len(found & true), len(found), len(true))


def by_mess(found: set[Pair], labelled: Sequence[Labelled]) -> dict[str, Score]:
    """Score by kind of mess: a pair counts for each kind that either of its vendors has."""
    kinds = {each.vendor.vendor_id: each.mess for each in labelled}
    true = set(true_pairs(labelled))
    counts = {name: _counted(pairs, kinds) for name, pairs in (("r", found & true), ("f", found), ("t", true))}
    return {
        kind: Score(counts["r"][kind], counts["f"][kind], counts["t"][kind]) for kind in sorted(set(kinds.values()))
    }


def _counted(pairs: Iterable[Pair], kinds: Mapping[str, str]) -> Counter[str]:
    return Counter(kind for pair in pairs for kind in {kinds[member] for member in pair})
