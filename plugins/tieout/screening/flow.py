"""Screening as a step of the flow: reads what became known of vendors and lists, compares, lands what changed.

A list that changed screens everybody again, as does another threshold; a vendor that is new or changed is screened
alone.
One transaction: a run that is killed leaves nothing, and the next does its work. docs/reference/payments.md, section 9.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from tieout.quality import knowledge
from tieout.quality.own_records import SOURCE_SYSTEM, OwnBatch, copy_rows, payload_sha256, promote
from tieout.resolution import known
from tieout.resolution.linkage import MODEL
from tieout.resolution.vendors import Vendor
from tieout.screening import lists, resemblance
from tieout.screening.configuration import load_screening
from tieout.screening.hits import FIELDS, Row, hit_row, sha256_of, vendor_facts
from tieout.screening.lists import Listed
from tieout.warehouse.connection import connect

OBJECT = "screening_hit"
_VENDORS = ("vendor",)
_LOCK = "select pg_advisory_xact_lock(hashtext('tieout screening'))"
_LAST = """
select vendors_through, lists_through, method_sha256
from steward.screening_run
order by screening_run_id desc
limit 1
"""
_NOTE = """
insert into steward.screening_run (
    vendors_through, lists_through, known_at, method_sha256, threshold, is_full, vendors, entries, screened, hits,
    landed, dag_run_id, screened_at
)
values (
    %(vendors_through)s, %(lists_through)s, %(known_at)s, %(method_sha256)s, %(threshold)s, %(is_full)s, %(vendors)s,
    %(entries)s, %(screened)s, %(hits)s, %(landed)s, %(dag_run_id)s, %(screened_at)s
)
"""
_KEPT = "select vendor_id, facts_sha256 from steward.vendor_screened"


@dataclass(frozen=True)
class Outcome:
    """What a screening did. ``is_screened`` is false where there was nothing to do; then all else is zero."""

    is_screened: bool = False
    is_full: bool = False
    vendors: int = 0
    entries: int = 0
    screened: int = 0
    hits: int = 0
    landed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Due:
    """What is to be read: up to when, how it is compared, and whether everybody is screened."""

    vendors_through: datetime
    lists_through: datetime
    method_sha256: str
    is_full: bool


def screen_vendors(dsn: str, *, config: Path, now: datetime, dag_run_id: str | None = None) -> Outcome:
    """Screen vendors, if anything of them or of a list became known since the last time. Without a list nobody is.

    Args:
        dsn: of the warehouse.
        config: the folder that has ``screening.yml``.
        now: the business clock.
        dag_run_id: of the run; the landed rows' trace id.

    Raises:
        ConfigurationError: the threshold is missing or wrong.
    """
    with closing(connect(dsn)) as connection, connection:
        connection.execute(_LOCK)
        lists_through, vendors_through = lists.changed_at(connection), known.news(connection, _VENDORS)
        if lists_through is None or vendors_through is None:
            return Outcome()
        threshold = load_screening(config).threshold
        due = _due(connection, vendors_through, lists_through, threshold)
        if due is None:
            return Outcome()
        return _screen(connection, due, threshold, now, dag_run_id)


def _due(
    connection: psycopg.Connection, vendors_through: datetime, lists_through: datetime, threshold: Decimal
) -> _Due | None:
    method = sha256_of(hashlib.sha256(MODEL.read_bytes()).hexdigest(), str(threshold))
    last = connection.execute(_LAST).fetchone()
    if last == (vendors_through, lists_through, method):
        return None
    return _Due(vendors_through, lists_through, method, last is None or last[1:] != (lists_through, method))


def _screen(
    connection: psycopg.Connection, due: _Due, threshold: Decimal, now: datetime, dag_run_id: str | None
) -> Outcome:
    vendors, listed = known.vendors(connection), lists.listed(connection)
    facts = {vendor.vendor_id: vendor_facts(vendor) for vendor in vendors}
    kept: dict[str, str] = dict(connection.execute(_KEPT).fetchall())
    changed = [each for each in vendors if due.is_full or kept.get(each.vendor_id) != facts[each.vendor_id]]
    before: dict[str, Row] = {
        row["hit_id"]: {field: row[field] for field in FIELDS} for row in known.newest(connection, OBJECT, FIELDS)
    }
    after = _after(before, changed, facts, listed, threshold)
    landed = [row for hit_id, row in after.items() if before.get(hit_id) != row]
    gone = [row for hit_id, row in before.items() if hit_id not in after]
    known_at = _land(connection, landed, gone, now, dag_run_id) if landed or gone else None
    _keep(connection, changed, facts, kept)
    outcome = Outcome(True, due.is_full, len(vendors), len(listed), len(changed), len(after), len(landed) + len(gone))
    note = {"known_at": known_at, "threshold": threshold, "dag_run_id": dag_run_id, "screened_at": now}
    connection.execute(_NOTE, asdict(outcome) | asdict(due) | note)
    return outcome


def _after(
    before: Mapping[str, Row],
    changed: Sequence[Vendor],
    facts: Mapping[str, str],
    listed: Sequence[Listed],
    threshold: Decimal,
) -> dict[str, Row]:
    """Hits by id: of who is screened now what is found, of others what was."""
    by_id = {vendor.vendor_id: vendor for vendor in changed}
    after = {
        hit_id: row for hit_id, row in before.items() if row["vendor_id"] in facts and row["vendor_id"] not in by_id
    }
    for match in resemblance.matches(changed, listed, threshold):
        row = hit_row(by_id[match.vendor_id], match, threshold)
        after[str(row["hit_id"])] = row
    return after


def _keep(
    connection: psycopg.Connection, changed: Sequence[Vendor], facts: Mapping[str, str], kept: Mapping[str, str]
) -> None:
    """Note what was screened, and forget numbers that no source has any more."""
    gone = [vendor_id for vendor_id in kept if vendor_id not in facts]
    connection.execute("delete from steward.vendor_screened where vendor_id = any(%s)", (gone,))
    connection.execute(
        "insert into steward.vendor_screened (vendor_id, facts_sha256)"
        " select * from unnest(%s::text[], %s::text[]) on conflict (vendor_id)"
        " do update set facts_sha256 = excluded.facts_sha256",
        ([each.vendor_id for each in changed], [facts[each.vendor_id] for each in changed]),
    )


def _land(
    connection: psycopg.Connection, landed: Sequence[Row], gone: Sequence[Row], now: datetime, dag_run_id: str | None
) -> datetime:
    """Land hits, and tombstones for those that are none any more; return when they become known."""
    known_at = knowledge.next_known_at(connection, now)
    rows = [(row, False) for row in landed] + [(row, True) for row in gone]
    batch = OwnBatch(
        batch_id=f"{SOURCE_SYSTEM}:{OBJECT}:{known_at:%Y%m%dT%H%M%S.%fZ}",
        object=OBJECT,
        feed=OBJECT,
        rows=len(rows),
        sha256=payload_sha256(rows),
        manifest="steward.screening_run",
        trace_id=dag_run_id or f"screening-{known_at.isoformat()}",
        known_at=known_at,
        now=now,
    )
    promote(connection, batch)
    copy_rows(connection, batch, FIELDS, rows)
    return known_at
