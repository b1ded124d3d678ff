"""From links and decisions to clusters and proposals: what is applied, what is proposed, what waits for a person.

Applied is what a person decided and what certain evidence says. Everything else is proposed: above the upper threshold
as a merge, below it for review. Below the lower threshold nothing is said. docs/guides/vendor_resolution.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tieout.resolution.applying import ALONE, Applied, apply, methods_of
from tieout.resolution.certain import certain
from tieout.resolution.clusters import Groups, both, half_linked, names, unforbidden
from tieout.resolution.decisions import Constraints, Decision, Pair, fold, pair
from tieout.resolution.guards import Strength
from tieout.resolution.linkage import Link
from tieout.resolution.proposing import Proposal, Tier, propose
from tieout.resolution.thresholds import UNLIKE, Thresholds, load_thresholds
from tieout.resolution.vendors import Features, Vendor


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
class Resolution:
    """Members by vendor id, proposals by weight, what is applied. ``constraints``: what people's decisions come to."""

    members: list[Member]
    proposals: list[Proposal]
    applied: list[Applied] = field(default_factory=list)
    constraints: Constraints = field(default_factory=Constraints)


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
    applied, reasons = apply(by_id, shared, constraints)
    limits = thresholds or load_thresholds()
    scored = [link for link in links if link.left in by_id and link.right in by_id]
    usable = [link for link in scored if link.weight >= limits.lower]
    proposals = propose(applied, by_id, seen, shared, usable, constraints, limits)
    unit_ids = _named(applied, by_id, earlier or {})
    methods = methods_of(reasons)
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
    allowed = both(unforbidden(frozenset(forbidden)), half_linked(set(ties)))
    for tie in ties:
        groups.join(tie, allowed)
    return groups
