"""Takes an answer to a batch: judged, kept with its reason, and carried out. docs/reference/payments.md, 3 Approval."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg

from tieout import audit
from tieout.payments import approval, store
from tieout.payments.changes import changes_since
from tieout.payments.content import sha256
from tieout.payments.people import involved
from tieout.payments.store import Batch
from tieout.payments.vocabulary import MACHINE
from tieout.responses import Response
from tieout.warehouse.connection import connect

State = Literal["approved", "refused", "awaits_second"]
_KEPT = "select round, approver, decision, reason from payments.answer where batch_id = %s order by round"
_KEEP = """
insert into payments.answer (batch_id, round, approver, chosen, decision, reason, batch_sha256, at)
values (%s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Taken:
    """Where a batch stands after an answer, and why."""

    state: State
    reason: str


def take(
    dsn: str, batch_id: str, shown_sha256: str, response: Mapping[str, Any] | None, *, round_: int, now: datetime
) -> Taken:
    """Take the first or second answer to a batch, once: the same round again tells what it was.

    Args:
        dsn: of the warehouse.
        batch_id: that was shown.
        shown_sha256: its hash as it was shown.
        response: of Airflow's human-in-the-loop operator; None where nobody answered.
        round_: 1 or 2.
        now: the business clock.
    """
    answer = approval.answer_of(Response.of(response))
    with connect(dsn) as connection:
        store.lock(connection)
        head = store.batch(connection, batch_id)
        kept = connection.execute(_KEPT, (batch_id,)).fetchall()
        if len(kept) >= round_ or (kept and _stands(head, kept).state != "awaits_second"):
            return _stands(head, kept)
        verdict = approval.judge(answer, _circumstances(connection, head, shown_sha256, [row[1] for row in kept]))
        decision = "approved" if verdict.approved else "refused"
        connection.execute(
            _KEEP,
            (batch_id, round_, answer.approver, answer.chosen, decision, verdict.reason, shown_sha256, now),
        )
        taken = _stands(head, [*kept, (round_, answer.approver, decision, verdict.reason)])
        _carry_out(connection, head, taken, answer.approver or MACHINE, now)
        return taken


def state(dsn: str, batch_id: str) -> State | None:
    """Return where a batch stands; None where nobody answered yet."""
    with connect(dsn) as connection:
        kept = connection.execute(_KEPT, (batch_id,)).fetchall()
        return _stands(store.batch(connection, batch_id), kept).state if kept else None


def _circumstances(
    connection: psycopg.Connection, head: Batch, shown_sha256: str, approved_by: list[str]
) -> approval.Circumstances:
    return approval.Circumstances(
        shown_sha256=shown_sha256,
        frozen_sha256=head.sha256,
        present_sha256=sha256(store.batch_content(connection, head)),
        changes=changes_since(connection, head.batch_id),
        had_a_hand=involved(connection, head.batch_id),
        proposed_by=head.proposed_by,
        approved_by=approved_by,
    )


def _stands(head: Batch, answers: list[tuple[int, str, str, str]]) -> Taken:
    _, _, decision, reason = answers[-1]
    if decision == "refused":
        return Taken("refused", reason)
    return Taken("approved" if len(answers) >= head.approvers_needed else "awaits_second", reason)


def _carry_out(connection: psycopg.Connection, head: Batch, taken: Taken, actor: str, now: datetime) -> None:
    if taken.state != "awaits_second":
        store.add_step(connection, head.batch_id, taken.state, actor=actor, at=now, reason=taken.reason)
    audit.record(
        connection,
        at=now,
        actor=actor,
        action="payment_refused" if taken.state == "refused" else "payment_approved",
        subject_type="payment_batch",
        subject_id=head.batch_id,
        after={
            "state": taken.state,
            "payments": head.payment_count,
            "total": str(head.total_amount),
            "currency": head.currency,
            "sha256": head.sha256,
        },
        reason=taken.reason,
        trace_id=head.dag_run_id,
    )
