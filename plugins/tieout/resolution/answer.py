"""What a resolution says of each vendor number: rows of the interface object ``vendor_resolution``. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from tieout.resolution.decisions import Constraints, Decision, Pair
from tieout.resolution.linkage import Link
from tieout.resolution.resolve import Member, Resolution

FIELDS = (
    "vendor_id", "cluster_id", "proposed_cluster_id", "review_cluster_id", "method", "match_probability",
    "review_state", "reviewer", "decision_id",
)  # fmt: skip
Row = dict[str, str | None]
_PLACES = Decimal("0.001")


def rows(resolution: Resolution, links: Iterable[Link], decisions: Iterable[Decision]) -> dict[str, Row]:
    """Return a row of texts, as raw keeps them, by vendor id."""
    last = _last_decisions(resolution.constraints, decisions)
    states = _decided_states(resolution.constraints)
    likely = _probabilities({member.vendor_id: member for member in resolution.members}, links)
    found: dict[str, Row] = {}
    for member in resolution.members:
        decision = last.get(member.vendor_id)
        found[member.vendor_id] = {
            "vendor_id": member.vendor_id,
            "cluster_id": member.cluster_id,
            "proposed_cluster_id": member.proposed_id,
            "review_cluster_id": member.review_id,
            "method": member.method,
            "match_probability": likely.get(member.vendor_id),
            "review_state": "waiting" if member.review_id else states.get(member.vendor_id, "none"),
            "reviewer": decision.decided_by if decision else None,
            "decision_id": decision.decision_id if decision else None,
        }
    return found


def is_news(before: Row | None, after: Row) -> bool:
    """Whether a row says something else than before. A probability that only drifts with the master is no news."""
    if before is None:
        return True
    drifted = bool(before["match_probability"]) == bool(after["match_probability"])
    return any(before[field] != after[field] for field in FIELDS if not (drifted and field == "match_probability"))


def _last_decisions(constraints: Constraints, decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The newest decision that still rules a pair of each vendor."""
    by_id = {decision.decision_id: decision for decision in decisions}
    found: dict[str, Decision] = {}
    for pair, decision_id in constraints.ruled_by.items():
        for member in pair:
            held = found.get(member)
            if held is None or held.decided_at < by_id[decision_id].decided_at:
                found[member] = by_id[decision_id]
    return found


def _decided_states(constraints: Constraints) -> dict[str, str]:
    """What people decided of each vendor; a merge tells more than what it is kept apart from."""
    kinds: tuple[tuple[str, Iterable[Pair]], ...] = (
        ("merged", constraints.merged),
        ("apart", constraints.apart),
        ("undone", constraints.withheld),
    )
    states: dict[str, str] = {}
    for state, pairs in kinds:
        for pair in pairs:
            for member in pair:
                states.setdefault(member, state)
    return states


def _probabilities(members: Mapping[str, Member], links: Iterable[Link]) -> dict[str, str]:
    """The highest probability of each vendor and another of its cluster, or of the one that awaits review."""
    best: dict[str, float] = {}
    for link in links:
        one, other = members.get(link.left), members.get(link.right)
        if one and other and (one.cluster_id == other.cluster_id or (one.review_id or "") == other.review_id):
            for member in (link.left, link.right):
                best[member] = max(best.get(member, 0.0), link.probability)
    return {member: str(Decimal(probability).quantize(_PLACES)) for member, probability in best.items()}
