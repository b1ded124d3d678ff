"""Batches of payments that wait for people, and those that silence refused (docs/reference/payments.md, 3 Approval)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import psycopg

from tieout.alerts.messages import money
from tieout.payments.vocabulary import ANSWER_WITHIN, MACHINE, UNANSWERED

# An approval asks the second person, where there is one; any other answer ends the batch.
_READ = """
with approval as (
    select batch_id, count(*) as approvals, max(at) as last_at
    from payments.answer
    where decision = 'approved'
    group by batch_id
),

ended as (
    select batch_id, at, step = 'refused' and actor = %(machine)s and reason = %(unanswered)s as is_silent
    from payments.step
    where payment_id is null and step in ('approved', 'refused')
)

select
    batch.batch_id,
    coalesce(approval.approvals, 0) + 1,
    batch.entity_id,
    batch.payment_count,
    batch.total_amount,
    batch.currency,
    greatest(batch.frozen_at, approval.last_at) + %(answer_within)s,
    ended.batch_id is not null
from payments.batch as batch
left join approval on batch.batch_id = approval.batch_id
left join ended on batch.batch_id = ended.batch_id
where ended.batch_id is null and greatest(batch.frozen_at, approval.last_at) + %(answer_within)s > %(now)s
    or ended.is_silent and ended.at > %(since)s
order by batch.frozen_at, batch.entity_id, batch.batch_id
"""


@dataclass(frozen=True)
class Batch:
    """A batch that waits, or that was refused because nobody answered.

    Attributes:
        round_: which person it waits for, or waited for last: 1 or 2.
        until: when silence refuses it.
        is_silent: whether it did.
    """

    batch_id: str
    round_: int
    entity_id: str
    payments: int
    total: Decimal
    currency: str
    until: datetime
    is_silent: bool

    @property
    def line(self) -> str:
        """The batch in a line."""
        payments = "payment" if self.payments == 1 else "payments"
        end = "nobody answered until" if self.is_silent else "to be answered until"
        return (
            f"{self.entity_id}: {self.payments} {payments}, {money(self.total, self.currency)},"
            f" {end} {self.until:%Y-%m-%d %H:%M} UTC (batch {self.batch_id})"
        )


def read(connection: psycopg.Connection, now: datetime, remembered: timedelta) -> list[Batch]:
    """Return the batches that wait, and those that silence refused lately.

    Args:
        now: business time, as are all times of payments.
        remembered: for how long a refusal is told of.
    """
    values = {
        "now": now, "since": now - remembered, "answer_within": ANSWER_WITHIN, "machine": MACHINE,
        "unanswered": UNANSWERED,
    }  # fmt: skip
    return [Batch(*row) for row in connection.execute(_READ, values)]
