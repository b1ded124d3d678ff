"""Decisions of people, landed in raw like any other record, known from the moment that they take effect."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg

SOURCE_SYSTEM = "tieout"
FEED = "steward"
OBJECT = "decision"
PROFILE_VERSION = 1

_LAND_BATCH = """
insert into ops.batch (
    batch_id, source_system, feed, object, interval_start, interval_end, payload_sha256, archive_manifest,
    profile_version, contract_version, rows_read, rows_landed, rows_unchanged, state, origin, trace_id, landed_at
)
values (
    %(batch_id)s, %(source_system)s, %(feed)s, %(object)s, %(now)s, %(now)s, %(sha256)s, %(manifest)s,
    %(profile_version)s, 1, 1, 1, 0, 'promoted', 'configuration', %(trace_id)s, %(now)s
)
"""

_LAND_ROW = """
insert into raw.decision (
    _source_system, _record_key, _batch_id, _payload_sha256, _row_number, _row_sha256, _profile_version,
    _source_updated_at, _ingested_at, _trace_id,
    decision_id, decision_type, subject_type, subject_id, decided_by, decided_at, reason, detail
)
values (
    %(source_system)s, %(decision_id)s, %(batch_id)s, %(sha256)s, 1, %(sha256)s, %(profile_version)s,
    %(now)s, %(now)s, %(trace_id)s,
    %(decision_id)s, %(decision_type)s, %(subject_type)s, %(subject_id)s, %(by)s, %(decided_at)s, %(reason)s, %(detail)s
)
"""

_PROMOTE = """
insert into quality.promotion
    (batch_id, object, source_system, known_at, rows_promoted, rows_quarantined, gate_run_id)
values (%(batch_id)s, %(object)s, %(source_system)s, %(known_at)s, 1, 0, %(gate_run_id)s)
"""


@dataclass(frozen=True)
class Decision:
    """Who decided what, and why. ``detail`` are particulars that json can hold."""

    decision_id: str
    decision_type: str
    subject_type: str
    subject_id: str
    by: str
    reason: str
    detail: Mapping[str, Any]


def new_id() -> str:
    """Return an id for a decision."""
    return f"decision-{uuid4()}"


def land(connection: psycopg.Connection, decision: Decision, known_at: datetime, now: datetime) -> None:
    """Land a decision as a record and a batch of its own, within the caller's transaction.

    Args:
        connection: in a transaction.
        decision: to land.
        known_at: when it takes effect; later than everything known before.
        now: the business clock.
    """
    record = {
        "decision_id": decision.decision_id,
        "decision_type": decision.decision_type,
        "subject_type": decision.subject_type,
        "subject_id": decision.subject_id,
        "by": decision.by,
        "decided_at": now.isoformat(),
        "reason": decision.reason,
        "detail": json.dumps(decision.detail),
    }
    values = record | {
        "batch_id": f"{SOURCE_SYSTEM}:{FEED}:{decision.decision_id}",
        "gate_run_id": f"steward-{known_at:%Y%m%dT%H%M%S.%fZ}",
        "source_system": SOURCE_SYSTEM,
        "feed": FEED,
        "object": OBJECT,
        "profile_version": PROFILE_VERSION,
        "sha256": hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest(),
        "manifest": f"audit.event of decision {decision.decision_id}",
        "trace_id": decision.decision_id,
        "known_at": known_at,
        "now": now,
    }
    connection.execute(
        "insert into quality.gate_run (gate_run_id, known_at, started_at, ended_at)"
        " values (%(gate_run_id)s, %(known_at)s, %(now)s, %(now)s)",
        values,
    )
    for statement in (_LAND_BATCH, _LAND_ROW, _PROMOTE):
        connection.execute(statement.encode(), values)
