"""What is proposed: above the upper threshold as a merge where nothing speaks against it, below it for review."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tieout.resolution.certain import Certain
from tieout.resolution.clusters import Groups, unforbidden
from tieout.resolution.decisions import Constraints, Pair
from tieout.resolution.evidence import in_words
from tieout.resolution.guards import Objection, Strength, objections
from tieout.resolution.linkage import Link
from tieout.resolution.rivals import torn
from tieout.resolution.thresholds import Thresholds
from tieout.resolution.vendors import Features, Vendor


class Tier(StrEnum):
    """What is proposed."""

    MERGE = "merge"
    REVIEW = "review"


@dataclass(frozen=True)
class Proposal:
    """Two vendors of different clusters that may be one.

    ``weight`` and ``probability`` are null where the model did not score the pair. ``evidence`` and ``reasons`` (why
    a merge is not proposed) are sentences for a person; of numbers of tax and bank they show the last four characters.
    ``against``: how much the strongest reason says, 0 where there is none.
    """

    left: str
    right: str
    tier: Tier
    weight: float | None
    probability: float | None
    evidence: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    against: int = 0


def propose(
    applied: Groups,
    vendors: Mapping[str, Vendor],
    seen: Mapping[str, Features],
    shared: Iterable[Certain],
    links: Iterable[Link],
    constraints: Constraints,
    limits: Thresholds,
) -> list[Proposal]:
    """Return proposals between different applied groups, where no person said "apart"; the heaviest first."""
    scored = {(link.left, link.right): link for link in links}
    common: dict[Pair, list[Certain]] = {}
    for item in shared:
        common.setdefault(item.pair, []).append(item)
    may = unforbidden(constraints.apart)
    found = []
    for each in sorted(scored.keys() | common.keys()):
        one, other = applied.members(each[0]), applied.members(each[1])
        if one is not other and may(one, other):
            found.append(
                _proposal(each, scored.get(each), common.get(each, []), vendors, seen, constraints.withheld, limits)
            )
    found.sort(key=lambda made: (-(made.weight or 0.0), made.left, made.right))
    return _untorn(found, applied, seen)


def _proposal(
    each: Pair,
    link: Link | None,
    common: Sequence[Certain],
    vendors: Mapping[str, Vendor],
    seen: Mapping[str, Features],
    withheld: frozenset[Pair],
    limits: Thresholds,
) -> Proposal:
    one, other = (seen[member] for member in each)
    found = objections(one, other)
    if each in withheld:
        found.append(Objection("a person undid this merge", Strength.AGAINST))
    heavy = link is not None and link.weight >= limits.upper
    said = [f"{item.words}{f', but {item.doubts}' if item.doubts else ''}" for item in common]
    return Proposal(
        left=each[0],
        right=each[1],
        tier=Tier.MERGE if heavy and not found else Tier.REVIEW,
        weight=link.weight if link else None,
        probability=link.probability if link else None,
        evidence=(*said, *(in_words(link, vendors[each[0]], vendors[each[1]]) if link else ())),
        reasons=tuple(objection.words for objection in found),
        against=max((objection.strength for objection in found), default=0),
    )


def _untorn(proposals: list[Proposal], applied: Groups, seen: Mapping[str, Features]) -> list[Proposal]:
    """The proposals, no merge of which another one speaks against."""
    differing = [(made.left, made.right) for made in proposals if made.against == Strength.DIFFERENT]
    ties = {}
    for made in proposals:
        if made.against < Strength.AGAINST:
            short, long = sorted((made.left, made.right), key=lambda each: len(seen[each].name_squashed or ""))
            ties[short, long] = made.weight or 0.0
            if not made.against:
                ties[long, short] = made.weight or 0.0
    doubtful = torn(ties, differing, applied.members)
    return [
        replace(made, tier=Tier.REVIEW, reasons=(*made.reasons, "another vendor fits as well"))
        if (made.left, made.right) in doubtful
        else made
        for made in proposals
    ]
