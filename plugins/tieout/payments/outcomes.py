"""Takes over what banks said of payments: acknowledged, rejected, settled, returned (docs/reference/payments.md, 4).

Read from the last transformation: statements and answers by the id that the bank gives back, answers on a whole file or
group by the batch's id. A rejected or returned payment gives its invoices back: they may be proposed again, under
another id. That a file came twice says nothing of the first one: it rejects no payment.
"""

from datetime import datetime

import psycopg

from tieout import audit
from tieout.payments import store
from tieout.warehouse.connection import connect

ACCEPTED = ("ACTC", "ACCP", "ACSP", "ACSC", "ACWC")
"""Answers that acknowledge (ISO 20022, external payment status codes). Received or pending is no answer yet."""
DUPLICATE = ("AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL")
"""Reasons that say that something came twice (ISO 20022, external status reason codes)."""

_NEW = """
with instruction as (
    select
        instruction.*,
        exists (
            select from payments.step as step
            where step.batch_id = instruction.batch_id and step.payment_id = instruction.payment_id
                and step.step in ('acknowledged', 'settled')
        ) as has_word
    from payments.instruction as instruction
),

single as (
    select
        instruction.batch_id,
        instruction.payment_id,
        outcome.outcome,
        coalesce(outcome.reason_code, outcome.bank_ref) as reason
    from instruction
    inner join canonical.int_payment_outcomes as outcome on instruction.end_to_end_id = outcome.end_to_end_id
    where outcome.outcome <> 'rejected' or coalesce(outcome.reason_code, '') <> all(%(duplicate)s)

    union all

    select
        instruction.batch_id,
        instruction.payment_id,
        'acknowledged' as outcome,
        said.status as reason
    from instruction
    inner join staging.stg_payment_statuses as said on instruction.end_to_end_id = said.end_to_end_id
    where said.status = any(%(accepted)s)
),

together as (
    select
        instruction.batch_id,
        instruction.payment_id,
        case when said.status = 'RJCT' then 'rejected' else 'acknowledged' end as outcome,
        coalesce(said.reason_code, said.status) as reason
    from instruction
    inner join staging.stg_payment_statuses as said
        on instruction.batch_id = said.message_ref
        and (said.level = 'file' or said.level = 'group' and instruction.group_ref = said.group_ref)
    where said.status = any(%(accepted)s)
        or said.status = 'RJCT' and not instruction.has_word
        and coalesce(said.reason_code, '') <> all(%(duplicate)s)
)

select distinct on (said.batch_id, said.payment_id, said.outcome)
    said.batch_id, said.payment_id, said.outcome, said.reason
from (select * from single union all select * from together) as said
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
        values = {"accepted": list(ACCEPTED), "duplicate": list(DUPLICATE)}
        found = connection.execute(_NEW, values).fetchall()
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
