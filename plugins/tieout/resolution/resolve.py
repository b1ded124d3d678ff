"""From links and decisions to clusters and proposals: what is applied, what is proposed, what waits for a person.

Applied is what a person decided and what certain evidence says. Everything else is proposed: above the upper threshold
as a merge, below it for review. Below the lower threshold nothing is said. docs/guides/vendor_resolution.md.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from tieout.resolution.certain import Certain, certain, identities
from tieout.resolution.clusters import Groups, half_linked, names
from tieout.resolution.decisions import Constraints, Decision, Pair, fold, pair
from tieout.resolution.evidence import in_words
from tieout.resolution.guards import Objection, Strength, objections
from tieout.resolution.linkage import Link
from tieout.resolution.rivals import torn
from tieout.resolution.vendors import Features, Vendor

THRESHOLDS = Path(__file__).with_name("thresholds.json")
DECISION, ALONE = "decision", "alone"
# From this weight down a pair is known to differ, so that no chain brings it together; links are scored down to it.
UNLIKE, SCORED_FROM = -8.0, -16.0


class Tier(StrEnum):
    """What is proposed."""

    MERGE = "merge"
    REVIEW = "review"


@dataclass(frozen=True)
class Thresholds:
    """Weights (log2 of the odds): from ``upper`` on a merge is proposed, from ``lower`` on review."""

    upper: float
    lower: float


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


@dataclass(frozen=True)
class Member:
    """What a vendor number resolves to.

    ``cluster_id``: the vendor that it is, applied. ``proposed_id``: the same with every proposed merge. ``review_id``:
    the cluster that awaits review, null where none does. ``method``: decision, source_ref, tax_id, bank_account, gln,
    duns, or alone.
    """

    vendor_id: str
    cluster_id: str
    proposed_id: str
    review_id: str | None
    method: str


@dataclass(frozen=True)
class Applied:
    """What made two vendors of one cluster one: a method of ``Member``, and words for it."""

    pair: Pair
    method: str
    words: str


@dataclass(frozen=True)
class Resolution:
    """Members by vendor id, proposals by weight, what is applied. ``constraints``: what people's decisions come to."""

    members: list[Member]
    proposals: list[Proposal]
    applied: list[Applied] = field(default_factory=list)
    constraints: Constraints = field(default_factory=Constraints)


def load_thresholds(path: Path = THRESHOLDS) -> Thresholds:
    """Return the thresholds that were chosen with the model."""
    chosen = json.loads(path.read_text())
    return Thresholds(chosen["upper"], chosen["lower"])


def decide(
    vendors: Sequence[Vendor],
    compared: Sequence[Features],
    links: Iterable[Link],
    decisions: Iterable[Decision] = (),
    earlier: Mapping[str, str] | None = None,
    thresholds: Thresholds | None = None,
) -> Resolution:
    """Resolve vendors.

    ``compared`` are the vendors' features, ``links`` scored pairs (links of vendors that are gone are left out),
    ``earlier`` the last run's ``cluster_id`` by vendor. A cluster is named for a number in a system of record where it
    has one, and keeps that name; a name of any other number gives way to it. The answer does not depend on the order of
    anything.
    """
    by_id = {vendor.vendor_id: vendor for vendor in sorted(vendors, key=lambda each: each.vendor_id)}
    seen = {each.vendor_id: each for each in compared}
    constraints = fold(decisions)
    shared = certain(by_id, seen)
    applied, reasons = _apply(by_id, shared, constraints)
    limits = thresholds or load_thresholds()
    scored = [link for link in links if link.left in by_id and link.right in by_id]
    usable = [link for link in scored if link.weight >= limits.lower]
    proposals = _untorn(_propose(applied, by_id, seen, shared, usable, constraints, limits), applied, seen)
    unit_ids = _named(applied, by_id, earlier or {})
    methods = _methods(reasons)
    apart = {each for each in constraints.apart if set(each) <= by_id.keys()}
    unlike = apart | {(link.left, link.right) for link in scored if link.weight <= UNLIKE}
    unlike |= {(made.left, made.right) for made in proposals if made.against >= Strength.AGAINST}
    proposed = _grown(unit_ids, proposals, apart, unlike, {Tier.MERGE})
    review = _grown(unit_ids, proposals, apart, unlike, {Tier.MERGE, Tier.REVIEW})
    members = [
        Member(
            vendor_id=vendor_id,
            cluster_id=(unit := unit_ids[vendor_id]),
            proposed_id=min(proposed.members(unit)),
            review_id=min(together) if len(together := review.members(unit)) > 1 else None,
            method=methods.get(vendor_id, ALONE),
        )
        for vendor_id in by_id
    ]
    return Resolution(members, proposals, reasons, constraints)


def _named(applied: Groups, vendors: Mapping[str, Vendor], earlier: Mapping[str, str]) -> dict[str, str]:
    """Names of the applied clusters. An earlier name is kept unless it is a number of a copy."""
    copies = {vendor_id for vendor_id, vendor in vendors.items() if vendor.source_rank != 1}
    groups = [sorted(group, key=lambda member: (member in copies, member)) for group in applied.all()]
    return names(groups, {member: name for member, name in earlier.items() if name not in copies})


def _methods(applied: Iterable[Applied]) -> dict[str, str]:
    """By what each member came in: the first that joined it with another."""
    methods: dict[str, str] = {}
    for each in applied:
        for member in each.pair:
            methods.setdefault(member, each.method)
    return methods


def _apply(
    vendors: Mapping[str, Vendor], shared: Iterable[Certain], constraints: Constraints
) -> tuple[Groups, list[Applied]]:
    """Join what people and certain evidence join; return the groups and what joined them, people first."""
    groups = Groups(vendors)
    tax_ids = identities(vendors)
    applied: list[Applied] = []

    def one_tax_id(left: list[str], right: list[str]) -> bool:
        return len({tax_ids[member] for member in (*left, *right)} - {""}) <= 1

    person = _unforbidden(constraints.apart)
    evidence = _unforbidden(constraints.apart | constraints.withheld)
    for each in constraints.merged:
        if set(each) <= vendors.keys() and groups.join(each, person):
            applied.append(Applied(each, DECISION, f"decided in {constraints.ruled_by[each]}"))
    for item in shared:
        allowed = evidence if item.kind == "source_ref" else _both(evidence, one_tax_id)
        if not item.doubts and groups.join(item.pair, allowed):
            applied.append(Applied(item.pair, item.kind, item.words))
    return groups, applied


def _propose(
    applied: Groups,
    vendors: Mapping[str, Vendor],
    seen: Mapping[str, Features],
    shared: Iterable[Certain],
    links: Iterable[Link],
    constraints: Constraints,
    limits: Thresholds,
) -> list[Proposal]:
    """Proposals between different applied groups, where no person said "apart"; the heaviest first."""
    scored = {(link.left, link.right): link for link in links}
    common: dict[Pair, list[Certain]] = {}
    for item in shared:
        common.setdefault(item.pair, []).append(item)
    may = _unforbidden(constraints.apart)
    found = []
    for each in sorted(scored.keys() | common.keys()):
        one, other = applied.members(each[0]), applied.members(each[1])
        if one is not other and may(one, other):
            found.append(
                _proposal(each, scored.get(each), common.get(each, []), vendors, seen, constraints.withheld, limits)
            )
    return sorted(found, key=lambda made: (-(made.weight or 0.0), made.left, made.right))


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


def _grown(
    unit_ids: Mapping[str, str], proposals: Iterable[Proposal], apart: set[Pair], unlike: set[Pair], tiers: set[Tier]
) -> Groups:
    """Groups of applied clusters (by their names) that proposals of these tiers tie together, chains cut.

    Two clusters that are known to differ (more pairs of theirs are unlike than are tied) do not come together, not over
    a third that is like both either.
    """
    ties = [pair(unit_ids[made.left], unit_ids[made.right]) for made in proposals if made.tier in tiers]
    forbidden = {pair(unit_ids[one], unit_ids[other]) for one, other in apart}
    likeness = Counter(ties)
    likeness.subtract(pair(unit_ids[one], unit_ids[other]) for one, other in unlike)
    forbidden |= {tie for tie, balance in likeness.items() if balance < 0}
    groups = Groups(sorted(set(unit_ids.values())))
    allowed = _both(_unforbidden(frozenset(forbidden)), half_linked(set(ties)))
    for tie in ties:
        groups.join(tie, allowed)
    return groups


Rule = Callable[[list[str], list[str]], bool]


def _both(one: Rule, other: Rule) -> Rule:
    return lambda left, right: one(left, right) and other(left, right)


def _unforbidden(pairs: frozenset[Pair]) -> Rule:
    """A rule: no pair across two groups is among these."""
    if not pairs:
        return lambda left, right: True
    named = {member for each in pairs for member in each}

    def allowed(left: list[str], right: list[str]) -> bool:
        ours, theirs = named.intersection(left), named.intersection(right)
        return not any(pair(one, other) in pairs for one in ours for other in theirs)

    return allowed
