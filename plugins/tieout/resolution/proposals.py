"""Keeps what is proposed (``steward.vendor_proposal``): opened, replaced where more is said, closed when gone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tieout.resolution.decisions import Pair
from tieout.resolution.resolve import Member, Resolution

_OPEN = """
select
    left_id, right_id, left_cluster_id, right_cluster_id, review_cluster_id, tier, evidence, reasons, waiting_since
from steward.vendor_proposal
where closed_at is null
"""
_CLOSE = """
update steward.vendor_proposal set closed_at = %s, closed_because = %s
where left_id = %s and right_id = %s and closed_at is null
"""
_OPEN_ROW = """
insert into steward.vendor_proposal (
    left_id, right_id, left_cluster_id, right_cluster_id, review_cluster_id, tier, weight, probability,
    evidence, reasons, waiting_since, opened_at
)
values (
    %(left_id)s, %(right_id)s, %(left_cluster_id)s, %(right_cluster_id)s, %(review_cluster_id)s, %(tier)s,
    %(weight)s, %(probability)s, %(evidence)s, %(reasons)s, %(waiting_since)s, %(opened_at)s
)
"""
# What makes a proposal another one. A weight that drifts with the master does not.
SAID = ("left_cluster_id", "right_cluster_id", "review_cluster_id", "tier", "evidence", "reasons")


@dataclass(frozen=True)
class Differences:
    """Rows to open, and (left, right) with why it is closed."""

    opened: list[dict[str, Any]]
    closed: list[tuple[Pair, str]]


def proposed(resolution: Resolution) -> dict[Pair, dict[str, Any]]:
    """Return what is proposed, as the table has it, by pair."""
    members = {member.vendor_id: member for member in resolution.members}
    return {
        (made.left, made.right): {
            "left_id": made.left,
            "right_id": made.right,
            "left_cluster_id": members[made.left].cluster_id,
            "right_cluster_id": members[made.right].cluster_id,
            "review_cluster_id": _common(members[made.left], members[made.right]),
            "tier": made.tier.value,
            "weight": made.weight,
            "probability": made.probability,
            "evidence": list(made.evidence),
            "reasons": list(made.reasons),
        }
        for made in resolution.proposals
    }


def differences(
    before: Iterable[Mapping[str, Any]], now: Mapping[Pair, dict[str, Any]], resolution: Resolution, at: datetime
) -> Differences:
    """Return what to open and to close, given what is open and what is proposed now."""
    clusters = {member.vendor_id: member.cluster_id for member in resolution.members}
    opened = dict(now)
    closed: list[tuple[Pair, str]] = []
    since: dict[Pair, datetime] = {}
    for row in before:
        pair = (row["left_id"], row["right_id"])
        made = now.get(pair)
        if made is None:
            closed.append((pair, _why(pair, clusters, resolution)))
        elif all(row[column] == made[column] for column in SAID):
            del opened[pair]
        else:
            closed.append((pair, "changed"))
            since[pair] = row["waiting_since"]
    rows = [{**made, "waiting_since": since.get(pair, at), "opened_at": at} for pair, made in opened.items()]
    return Differences(rows, closed)


def open_proposals(connection: psycopg.Connection) -> list[dict[str, Any]]:
    """Return the rows that are open."""
    return connection.cursor(row_factory=dict_row).execute(_OPEN).fetchall()


def keep(connection: psycopg.Connection, found: Differences, at: datetime) -> None:
    """Write the differences, in the caller's transaction."""
    closed: Sequence[tuple[Any, ...]] = [(at, why, *pair) for pair, why in found.closed]
    with connection.cursor() as cursor:
        cursor.executemany(_CLOSE, closed)
        cursor.executemany(_OPEN_ROW, found.opened)


def _common(one: Member, other: Member) -> str | None:
    """The cluster that both wait in; none where a chain was cut between them."""
    return one.review_id if one.review_id == other.review_id else None


def _why(pair: Pair, clusters: Mapping[str, str], resolution: Resolution) -> str:
    one, other = (clusters.get(member) for member in pair)
    if one is not None and one == other:
        return "merged"
    kept_apart = {frozenset(map(clusters.get, each)) for each in resolution.constraints.apart}
    return "apart" if frozenset((one, other)) in kept_apart else "gone"
