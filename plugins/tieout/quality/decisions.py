"""Decisions of people, landed in raw like any other record, known from the moment that they take effect."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg

from tieout import audit
from tieout.errors import TieoutError
from tieout.quality.own_records import PROFILE_VERSION, SOURCE_SYSTEM, OwnBatch, promote

FEED = "steward"
OBJECT = "decision"

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


def need_person_and_reason(by: str, reason: str) -> None:
    """Refuse a decision that nobody answers for.

    Raises:
        TieoutError: person or reason is missing.
    """
    if not by.strip() or not reason.strip():
        raise TieoutError("A decision needs a person and a reason.", "Say who decides, and why.")


def make(
    connection: psycopg.Connection,
    decision: Decision,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    known_at: datetime,
    now: datetime,
) -> None:
    """Land a decision and write its audit event, within the caller's transaction.

    Args:
        connection: in a transaction.
        decision: to make; its type is the event's action.
        before: what held until now.
        after: what holds from then on.
        known_at: when it takes effect; later than everything known before.
        now: the business clock.
    """
    land(connection, decision, known_at, now)
    audit.record(
        connection,
        at=now,
        actor=decision.by,
        action=decision.decision_type,
        subject_type=decision.subject_type,
        subject_id=decision.subject_id,
        before=before,
        after=after,
        reason=decision.reason,
        trace_id=decision.decision_id,
    )


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
    sha256 = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    batch = OwnBatch(
        batch_id=f"{SOURCE_SYSTEM}:{FEED}:{decision.decision_id}",
        object=OBJECT,
        feed=FEED,
        rows=1,
        sha256=sha256,
        manifest=f"audit.event of decision {decision.decision_id}",
        trace_id=decision.decision_id,
        known_at=known_at,
        now=now,
    )
    promote(connection, batch)
    lineage = {
        "source_system": SOURCE_SYSTEM,
        "batch_id": batch.batch_id,
        "sha256": sha256,
        "profile_version": PROFILE_VERSION,
        "trace_id": decision.decision_id,
        "now": now,
    }
    connection.execute(_LAND_ROW.encode(), record | lineage)
