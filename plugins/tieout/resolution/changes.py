"""Which clusters of vendors a resolution changed, each an audit event with its evidence: no merge is silent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from tieout import audit
from tieout.resolution.applying import Applied

ACTOR = "vendor resolution"
MERGED, UNMERGED = "vendor_merged", "vendor_unmerged"


@dataclass(frozen=True)
class Change:
    """Members of a cluster that came together or went apart: the cluster of each before and after.

    A number that was not known before has no cluster then. ``evidence`` is what holds them together now.
    """

    action: str
    cluster_id: str
    before: dict[str, str | None]
    after: dict[str, str]
    evidence: tuple[dict[str, str], ...]


def changes(before: Mapping[str, str], after: Mapping[str, str], applied: Iterable[Applied]) -> list[Change]:
    """Return what changed between two maps of vendor id to cluster id, by cluster.

    A number that is new and alone is no change, nor is one that its source took away, nor another name of a cluster.
    """
    evidence: dict[str, list[dict[str, str]]] = defaultdict(list)
    for each in applied:
        said = {"vendors": " and ".join(each.pair), "method": each.method, "words": each.words}
        evidence[after[each.pair[0]]].append(said)
    found = []
    for cluster_id, members in sorted(_members(after).items()):
        if len({before.get(member, f"new {member}") for member in members}) > 1:
            found.append(_change(MERGED, cluster_id, members, before, after, evidence[cluster_id]))
    for cluster_id, members in sorted(_members(before).items()):
        left = [member for member in members if member in after]
        if len(clusters := {after[member] for member in left}) > 1:
            held = [said for cluster in sorted(clusters) for said in evidence[cluster]]
            found.append(_change(UNMERGED, cluster_id, left, before, after, held))
    return found


def _change(
    action: str,
    cluster_id: str,
    members: list[str],
    before: Mapping[str, str],
    after: Mapping[str, str],
    evidence: list[dict[str, str]],
) -> Change:
    return Change(
        action=action,
        cluster_id=cluster_id,
        before={member: before.get(member) for member in members},
        after={member: after[member] for member in members},
        evidence=tuple(evidence),
    )


def record(connection: psycopg.Connection, found: Sequence[Change], at: datetime, trace_id: str) -> None:
    """Append an audit event for each change, in the caller's transaction."""
    for change in found:
        audit.record(
            connection,
            at=at,
            actor=ACTOR,
            action=change.action,
            subject_type="vendor",
            subject_id=change.cluster_id,
            before={"clusters": change.before},
            after={"clusters": change.after, "evidence": list(change.evidence)},
            reason="certain evidence and people's decisions, as the event tells under evidence",
            trace_id=trace_id,
        )


def _members(clusters: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for vendor_id, cluster_id in sorted(clusters.items()):
        found[cluster_id].append(vendor_id)
    return found
