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
from tieout.payments.vocabulary import GIVEN_UP_AFTER, MACHINE, UNANSWERED
from tieout.people.responses import Response
from tieout.warehouse.connection import connect

State = Literal["approved", "refused", "awaits_second"]
_KEPT = "select round, approver, decision, reason from payments.answer where batch_id = %s order by round"
_REFUSED = "select reason from payments.step where batch_id = %s and payment_id is null and step = 'refused'"
_SILENT = """
select batch.batch_id
from payments.batch as batch
where batch.dag_run_id <> %(dag_run_id)s
    and not exists (
        select from payments.step as step
        where step.batch_id = batch.batch_id and step.payment_id is null and step.step in ('approved', 'refused')
    )
    and greatest(
        batch.frozen_at, (select max(answer.at) from payments.answer as answer where answer.batch_id = batch.batch_id)
    ) < %(since)s
order by batch.frozen_at, batch.batch_id
"""
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
        refused = connection.execute(_REFUSED, (batch_id,)).fetchone()
        if refused:
            return Taken("refused", refused[0] or "refused by hand")
        given = _circumstances(connection, head, shown_sha256, [row[1] for row in kept], now)
        verdict = approval.judge(answer, given)
        decision = "approved" if verdict.approved else "refused"
        connection.execute(
            _KEEP,
            (batch_id, round_, answer.approver, answer.chosen, decision, verdict.reason, shown_sha256, now),
        )
        taken = _stands(head, [*kept, (round_, answer.approver, decision, verdict.reason)])
        _carry_out(connection, head, taken, answer.approver or MACHINE, now)
        return taken


def refuse_silent(dsn: str, *, dag_run_id: str, now: datetime) -> list[str]:
    """Refuse what waits for an answer longer than anybody waits for one, because its run is gone; return the batches.

    Args:
        dsn: of the warehouse.
        dag_run_id: of the run that asks: its own batches wait.
        now: the business clock.
    """
    with connect(dsn) as connection:
        store.lock(connection)
        values = {"dag_run_id": dag_run_id, "since": now - GIVEN_UP_AFTER}
        silent = [row[0] for row in connection.execute(_SILENT, values).fetchall()]
        for batch_id in silent:
            _carry_out(connection, store.batch(connection, batch_id), Taken("refused", UNANSWERED), MACHINE, now)
        return silent


def state(dsn: str, batch_id: str) -> State | None:
    """Return where a batch stands; None where nobody answered yet."""
    with connect(dsn) as connection:
        kept = connection.execute(_KEPT, (batch_id,)).fetchall()
        return _stands(store.batch(connection, batch_id), kept).state if kept else None


def _circumstances(
    connection: psycopg.Connection, head: Batch, shown_sha256: str, approved_by: list[str], now: datetime
) -> approval.Circumstances:
    return approval.Circumstances(
        shown_sha256=shown_sha256,
        frozen_sha256=head.sha256,
        present_sha256=sha256(store.batch_content(connection, head)),
        changes=changes_since(connection, head.batch_id, now),
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
