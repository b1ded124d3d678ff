"""What decisions on items and units have in common: nobody decides over another's head, nor the same twice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from tieout.errors import TieoutError
from tieout.quality import decisions
from tieout.quality.decisions import Decision

_SINCE = """
select decision.decided_by, decision.decision_type, promotion.known_at, decision.decision_id, decision.detail
from raw.decision as decision
inner join quality.promotion as promotion on decision._batch_id = promotion.batch_id
where decision.subject_type = %(subject_type)s and decision.subject_id = %(subject_id)s
    and promotion.known_at > coalesce(
        %(seen_at)s::timestamptz,
        (select max(as_of) from ops.run where state = 'succeeded' and scope = 'whole'),
        '-infinity'
    )
order by promotion.known_at desc
limit 1
"""


@dataclass(frozen=True)
class Made:
    """A decision that stands. ``is_new`` is false where the same person had decided the same already."""

    decision_id: str
    is_new: bool = True


def make(
    connection: psycopg.Connection,
    decision: Decision,
    *,
    before: Mapping[str, Any],
    known_at: datetime,
    now: datetime,
    seen_at: datetime | None = None,
) -> Made:
    """Land a decision with its audit event, in the caller's transaction.

    Args:
        connection: in a transaction that holds the lock of ``knowledge.next_known_at``.
        decision: to make.
        before: what held until now, for the audit.
        known_at: when it takes effect.
        now: the business clock.
        seen_at: knowledge time of what the person looked at; by default that of the last transformation.

    Raises:
        TieoutError: somebody else decided on the same subject since then; the message says who and when.
    """
    parameters = {"subject_type": decision.subject_type, "subject_id": decision.subject_id, "seen_at": seen_at}
    row = connection.execute(_SINCE, parameters).fetchone()
    if row is not None:
        person, kind, at, decision_id, detail = row
        same = kind == decision.decision_type and _same(detail, decision.detail)
        if same and person == decision.by:
            return Made(decision_id, is_new=False)
        if person != decision.by:
            raise TieoutError(
                f"{person} decided {kind} of {decision.subject_id} at {at:%Y-%m-%d %H:%M:%S} UTC ({decision_id}),"
                " which was not seen when this decision was made.",
                "Look at it again after the next transformation, or talk to them; nothing was written.",
            )
    after = {**decision.detail, "known_at": known_at.isoformat()}
    decisions.make(connection, decision, before=before, after=after, known_at=known_at, now=now)
    return Made(decision.decision_id)


def _same(landed: str, detail: Mapping[str, Any]) -> bool:
    return bool(json.loads(landed) == dict(detail))
