"""A steward's decisions on what the gate held back.

A row that waits in quarantine is released, and known from then on; or rejected, and stays out; or returned to its owner
for correction at the source, which is a message in the outbox after the next transformation, and closed when the
corrected record was let through (``corrections``). A batch that stopped because too many of its rows broke a rule is
accepted: the next gate lets it through and quarantines those rows one by one. Each decision is landed in raw like any
other record (``raw.decision``), in one transaction with what it changes and with its audit event.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg

from tieout import audit
from tieout.errors import TieoutError
from tieout.quality import knowledge
from tieout.quality.batches import ACCEPT
from tieout.quality.decisions import Decision, land, need_person_and_reason, new_id
from tieout.quality.selection import Selection, chosen
from tieout.warehouse.connection import connect

Action = Literal["release", "reject", "correct"]

_STATES: Mapping[Action, tuple[str, str, tuple[str, ...]]] = {
    # the state that follows, the decision's type, and the states that it may be made in
    "release": ("released", "quarantine_release", ("waiting", "returned")),
    "reject": ("rejected", "quarantine_reject", ("waiting", "returned")),
    "correct": ("returned", "quarantine_correct", ("waiting",)),
}

_DECIDE = """
update quality.quarantine set
    state = %(state)s, decided_known_at = %(known_at)s, decided_by = %(by)s, decision_reason = %(reason)s
where quarantine_id = any(%(ids)s)
"""


@dataclass(frozen=True)
class Decided:
    """What a decision changed. ``known_at`` is None where nothing waited: then nothing was written."""

    decision_id: str | None = None
    known_at: datetime | None = None
    quarantine_ids: tuple[int, ...] = ()
    batch_accepted: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the decision as plain values."""
        return {
            "decision_id": self.decision_id,
            "known_at": None if self.known_at is None else self.known_at.isoformat(),
            "rows": len(self.quarantine_ids),
            "quarantine_ids": list(self.quarantine_ids),
            "batch_accepted": self.batch_accepted,
        }


def decide(dsn: str, *, action: Action, selection: Selection, by: str, reason: str, now: datetime) -> Decided:
    """Release, reject or return to its owner what waits of the selection.

    What was returned may still be released or rejected. Releasing a batch that stopped accepts it, for the next gate to
    let it through in spite of its limit. Deciding again on what is decided changes nothing.

    Args:
        dsn: of the warehouse.
        action: release, reject, or correct: have it corrected at the source.
        selection: of rows.
        by: who decides.
        reason: why; kept with the decision.
        now: the business clock.

    Raises:
        TieoutError: action, person or reason is missing.
    """
    if action not in _STATES:
        raise TieoutError(f"There is no decision {action!r}.", "Release, reject or correct.")
    need_person_and_reason(by, reason)
    with closing(connect(dsn)) as connection, connection:
        known_at = knowledge.next_known_at(connection, now)
        accepted = _accept_batch(connection, selection) if action == "release" else None
        rows = {} if accepted else _decide_rows(connection, action, selection, by, reason, known_at)
        if not rows and accepted is None:
            return Decided()
        decided = Decided(new_id(), known_at, tuple(sorted(rows)), accepted)
        record = Decision(
            decision_id=str(decided.decision_id),
            decision_type="batch_accept" if accepted else _STATES[action][1],
            subject_type=_subject_type(selection),
            subject_id=selection.text.strip(),
            by=by,
            reason=reason,
            detail={"selected_by": selection.by, "pattern": selection.pattern, "quarantine_ids": sorted(rows)},
        )
        land(connection, record, known_at, now)
        before: dict[str, Any] = (
            {"state": "stopped"} if accepted else {"states": {str(each): rows[each] for each in sorted(rows)}}
        )
        _audit(connection, decided, before, action, selection, by, reason, now)
        return decided


def _accept_batch(connection: psycopg.Connection, selection: Selection) -> str | None:
    """Put a batch that broke its limit back before the gate. One that broke its contract stays out."""
    if selection.by != "batch" or selection.pattern.strip():
        return None
    batch_id = selection.text.strip()
    row = connection.execute(
        "update ops.batch set state = 'landed' where batch_id = %s and state = 'stopped'"
        " and exists (select from quality.result as result where result.batch_id = batch.batch_id) returning batch_id",
        (batch_id,),
    ).fetchone()
    return None if row is None else batch_id


def _decide_rows(
    connection: psycopg.Connection, action: Action, selection: Selection, by: str, reason: str, known_at: datetime
) -> dict[int, str]:
    """Decide, and return the rows with the states that they were in."""
    state, _, may_be = _STATES[action]
    rows = chosen(connection, selection, may_be)
    connection.execute(_DECIDE, {"state": state, "known_at": known_at, "by": by, "reason": reason, "ids": list(rows)})
    return rows


def _audit(
    connection: psycopg.Connection,
    decided: Decided,
    before: Mapping[str, Any],
    action: Action,
    selection: Selection,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    audit.record(
        connection,
        at=now,
        actor=by,
        action=ACCEPT if decided.batch_accepted else action,
        subject_type=_subject_type(selection),
        subject_id=selection.text.strip(),
        before=before,
        after=decided.as_dict(),
        reason=reason,
        trace_id=decided.decision_id,
    )


def _subject_type(selection: Selection) -> str:
    return {"ids": "quarantine", "batch": "batch", "rule": "rule"}[selection.by]
