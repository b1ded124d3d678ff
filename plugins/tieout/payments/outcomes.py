"""Takes over what banks said of payments: acknowledged, rejected, settled, returned (docs/reference/payments.md, 4).

Read from the last transformation, whose ladder says what was settled, returned or rejected; that the bank took a file,
a group or a payment is read here. A rejected or returned payment gives its invoices back: they may be proposed again,
under another id.
"""

from datetime import datetime

import psycopg

from tieout import audit
from tieout.payments import store
from tieout.warehouse.connection import connect

ACCEPTED = ("ACTC", "ACCP", "ACSP", "ACSC", "ACWC")
"""Answers that acknowledge (ISO 20022, external payment status codes). Received or pending is no answer yet."""
_NEW = """
with said as (
    select
        instruction.batch_id,
        instruction.payment_id,
        outcome.outcome,
        coalesce(outcome.reason_code, outcome.bank_ref) as reason
    from payments.instruction as instruction
    inner join canonical.int_payment_outcomes as outcome on 'tieout:' || instruction.payment_id = outcome.payment_id

    union all

    select
        instruction.batch_id,
        instruction.payment_id,
        'acknowledged' as outcome,
        answer.status as reason
    from payments.instruction as instruction
    inner join staging.stg_payment_statuses as answer on instruction.end_to_end_id = answer.end_to_end_id
    where answer.status = any(%(accepted)s)
        and coalesce(answer.message_ref, instruction.batch_id) = instruction.batch_id

    union all

    select
        instruction.batch_id,
        instruction.payment_id,
        'acknowledged' as outcome,
        answer.status as reason
    from payments.instruction as instruction
    inner join staging.stg_payment_statuses as answer
        on instruction.batch_id = answer.message_ref
        and (answer.level = 'file' or answer.level = 'group' and instruction.group_ref = answer.group_ref)
    where answer.status = any(%(accepted)s)
)

select distinct on (said.batch_id, said.payment_id, said.outcome)
    said.batch_id, said.payment_id, said.outcome, said.reason
from said
where said.outcome in ('acknowledged', 'rejected', 'settled', 'returned')
    and not exists (
        select from payments.step as step
        where step.batch_id = said.batch_id and step.payment_id = said.payment_id and step.step = said.outcome
    )
order by said.batch_id, said.payment_id, said.outcome, said.reason
"""


def take_outcomes(dsn: str, *, now: datetime, trace_id: str) -> int:
    """Note what banks said of payments since the last time; return of how many things.

    Args:
        dsn: of the warehouse.
        now: the business clock.
        trace_id: of the run.
    """
    with connect(dsn) as connection:
        store.lock(connection)
        found = connection.execute(_NEW, {"accepted": list(ACCEPTED)}).fetchall()
        for batch_id, payment_id, outcome, reason in found:
            store.add_step(connection, batch_id, outcome, actor="bank", at=now, payment_id=payment_id, reason=reason)
            _note(connection, payment_id, outcome, reason, now, trace_id)
        return len(found)


def _note(
    connection: psycopg.Connection, payment_id: str, outcome: str, reason: str | None, now: datetime, trace_id: str
) -> None:
    audit.record(
        connection,
        at=now,
        actor="bank",
        action=f"payment_{outcome}",
        subject_type="payment",
        subject_id=payment_id,
        after={"outcome": outcome},
        reason=reason,
        trace_id=trace_id,
    )
