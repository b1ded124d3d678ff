"""Vendor resolution as a step of the flow: reads what became known, scores, decides, lands what changed.

One transaction: a run that is killed leaves nothing, and the next does its work. Where nothing that concerns vendors
became known since the last resolution, nothing is read. docs/reference/vendors.md.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg

from tieout.quality import knowledge
from tieout.quality.own_records import SOURCE_SYSTEM, OwnBatch, copy_rows, open_instant, payload_sha256, promote
from tieout.resolution import answer, changes, known, proposals
from tieout.resolution.answer import Row
from tieout.resolution.links import Scored, model_sha256, scored, whole_is_due
from tieout.resolution.resolve import Resolution, decide
from tieout.resolution.vendors import features
from tieout.warehouse.connection import connect

OBJECT = "vendor_resolution"
_LOCK = "select pg_advisory_xact_lock(hashtext('tieout vendor resolution'))"

_NEWS = """
select greatest(
    (
        select max(known_at) from quality.promotion
        where object in ('vendor', 'vendor_bank_account', 'system_of_record') and rows_promoted > 0
    ),
    (
        select max(decided_known_at) from quality.quarantine
        where object in ('vendor', 'vendor_bank_account', 'system_of_record') and state = 'released'
    ),
    (
        select max(promotion.known_at)
        from raw.decision as decision
        inner join quality.promotion as promotion on decision._batch_id = promotion.batch_id
        where decision.decision_type = any(%(decision_types)s)
    )
)
"""
_LAST = """
select known_through, model_sha256
from steward.vendor_resolution_run
order by resolution_run_id desc
limit 1
"""
_NOTE = """
insert into steward.vendor_resolution_run (
    known_through, known_at, model_sha256, is_full, vendors, scored, links, landed, clusters_changed, open_proposals,
    dag_run_id, resolved_at
)
values (
    %(known_through)s, %(known_at)s, %(model_sha256)s, %(is_full)s, %(vendors)s, %(scored)s, %(links)s, %(landed)s,
    %(clusters_changed)s, %(open_proposals)s, %(dag_run_id)s, %(resolved_at)s
)
"""


@dataclass(frozen=True)
class Outcome:
    """What a resolution did. ``resolved`` is false where there was nothing to do; then all else is zero."""

    resolved: bool = False
    vendors: int = 0
    scored: int = 0
    links: int = 0
    landed: int = 0
    clusters_changed: int = 0
    open_proposals: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def resolve_vendors(dsn: str, *, now: datetime, dag_run_id: str | None = None) -> Outcome:
    """Resolve all vendor numbers, if anything that concerns them became known since the last time.

    Args:
        dsn: of the warehouse.
        now: the business clock.
        dag_run_id: of the run; the landed rows' trace id.
    """
    with _without_collection(), closing(connect(dsn)) as connection, connection:
        connection.execute(_LOCK)
        through = _news(connection)
        if through is None or not _is_due(connection, through, now):
            return Outcome()
        vendors, decisions = known.vendors(connection), known.decisions(connection)
        compared = [features(vendor) for vendor in vendors]
        before = {row["vendor_id"]: _without_lineage(row) for row in known.resolved(connection, answer.FIELDS)}
        earlier = {vendor_id: str(row["cluster_id"]) for vendor_id, row in before.items()}
        found = scored(connection, compared, now)
        resolution = decide(vendors, compared, found.links, decisions, earlier)
        after = answer.rows(resolution, found.links, decisions)
        news = _News(resolution, found, before, after, earlier)
        return _conclude(connection, news, through, now, dag_run_id)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep Python from looking for cycles, of which a million vendors and links have none: a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True)
class _News:
    """A resolution beside what was resolved before."""

    resolution: Resolution
    found: Scored
    before: Mapping[str, Row]
    after: Mapping[str, Row]
    earlier: Mapping[str, str]


def _conclude(
    connection: psycopg.Connection, news: _News, through: datetime, now: datetime, dag_run_id: str | None
) -> Outcome:
    """Land what changed, write its audit events, keep proposals, note the run."""
    resolution = news.resolution
    known_at = knowledge.next_known_at(connection, now)
    trace_id = dag_run_id or f"resolution-{known_at.isoformat()}"
    landed = [row for vendor_id, row in news.after.items() if answer.is_news(news.before.get(vendor_id), row)]
    gone = [row for vendor_id, row in news.before.items() if vendor_id not in news.after]
    clusters = {member.vendor_id: member.cluster_id for member in resolution.members}
    changed = changes.changes(news.earlier, clusters, resolution.applied)
    changes.record(connection, changed, now, trace_id)
    proposed = proposals.proposed(resolution)
    differences = proposals.differences(proposals.open_proposals(connection), proposed, resolution, known_at)
    if landed or gone:
        _land(connection, landed, gone, known_at, now, trace_id)
    elif differences.opened or differences.closed:
        open_instant(connection, OBJECT, known_at, now)
    proposals.keep(connection, differences, known_at)
    outcome = Outcome(
        resolved=True,
        vendors=len(clusters),
        scored=news.found.count,
        links=len(news.found.links),
        landed=len(landed) + len(gone),
        clusters_changed=len(changed),
        open_proposals=len(proposed),
    )
    note = {
        "known_through": through,
        "known_at": known_at if landed or gone else None,
        "model_sha256": model_sha256(),
        "is_full": news.found.is_full,
        "dag_run_id": dag_run_id,
        "resolved_at": now,
    }
    connection.execute(_NOTE, asdict(outcome) | note)
    return outcome


def _news(connection: psycopg.Connection) -> datetime | None:
    """When what concerns vendors became known last."""
    row = connection.execute(_NEWS, {"decision_types": list(known.DECISION_TYPES)}).fetchone()
    return row[0] if row else None


def _is_due(connection: psycopg.Connection, through: datetime, now: datetime) -> bool:
    last = connection.execute(_LAST).fetchone()
    return last is None or last != (through, model_sha256()) or whole_is_due(connection, now)


def _without_lineage(row: Mapping[str, Any]) -> Row:
    return {field: row[field] for field in answer.FIELDS}


def _land(
    connection: psycopg.Connection,
    landed: Sequence[Row],
    gone: Sequence[Row],
    known_at: datetime,
    now: datetime,
    trace_id: str,
) -> None:
    """Land rows, and tombstones for numbers that no source has any more. ``known_at`` ranks their versions."""
    rows = [(row, False) for row in landed] + [(row, True) for row in gone]
    batch_id = f"{SOURCE_SYSTEM}:{OBJECT}:{known_at:%Y%m%dT%H%M%S.%fZ}"
    payload = payload_sha256(rows)
    batch = OwnBatch(
        batch_id, OBJECT, OBJECT, len(rows), payload, "steward.vendor_resolution_run", trace_id, known_at, now
    )
    promote(connection, batch)
    copy_rows(connection, batch, answer.FIELDS, rows)
