"""What became of payments: read from the marts, and from ``payments`` who approved what and what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

# The first run of which the bank has settled anything.
BATCHES = """
with payment as (
    select p.batch_ref, s.*
    from mart.fct_payment as p
    inner join mart.payment_settlement as s on p.payment_id = s.payment_id
    where p.source_system = 'tieout'
),

told as (
    select b.dag_run_id
    from payments.batch as b
    inner join payment on b.batch_id = payment.batch_ref
    where payment.settled_amount > 0
    order by b.frozen_at, b.dag_run_id
    limit 1
),

sum_of as (
    select
        batch_ref,
        count(acknowledged_at) as acknowledged,
        count(*) filter (where settled_amount > 0) as settled,
        coalesce(sum(settled_amount), 0) as settled_amount,
        count(*) filter (where state in ('returned', 'partly_returned', 'rejected')) as back,
        count(*) filter (where state = 'open') as waiting,
        array_agg(payment_id) as payment_ids
    from payment
    group by batch_ref
)

select
    b.batch_id, b.entity_id, e.name, b.as_of, b.payment_count, b.total_amount, b.currency,
    (select count(*) from payments.payment_invoice as i where i.batch_id = b.batch_id) as invoices,
    (
        select array_agg(a.approver order by a.round) from payments.answer as a
        where a.batch_id = b.batch_id and a.decision = 'approved'
    ) as approvers,
    f.file_name, f.sha256, sum_of.acknowledged, sum_of.settled, sum_of.settled_amount, sum_of.back, sum_of.waiting,
    (
        select jsonb_object_agg(entry.state, entry.entries) from (
            select r.state, count(*) as entries from mart.bank_reconciliation as r
            where r.payment_ids && sum_of.payment_ids
            group by r.state
        ) as entry
    ) as entries
from payments.batch as b
inner join told on b.dag_run_id = told.dag_run_id
inner join mart.dim_entity as e on b.entity_id = e.entity_id
inner join payments.file as f on b.batch_id = f.batch_id
inner join sum_of on b.batch_id = sum_of.batch_ref
order by b.entity_id desc, b.total_amount desc, f.file_name
"""

# How payments that are proposed, or on their way, answered the controls of the last transformation.
CONTROLS = """
select
    stage, count(distinct payment_id) as payments, count(*) as asked,
    count(distinct payment_id) filter (where not passed) as failed
from mart.payment_control
group by stage
order by stage desc
"""

# Proposed payments that do not go, as the last transformation had them.
BLOCKED = """
select p.entity_id, p.vendor_name as vendor, p.amount, p.currency, c.control_code, c.detail
from mart.payment_proposal as p
inner join mart.payment_control as c on p.payment_id = c.payment_id and c.stage = 'proposal' and not c.passed
order by c.control_code, p.entity_id, p.amount desc, p.payment_id
"""

# Of each invoice of what came back, the last other payment; and whether a bank's word still stands against its account.
RETURNED = """
select
    s.entity_id, v.name as vendor, s.amount, s.currency, s.state, s.reason_code, s.returned_date,
    again.payment_ref as again_ref, again.state as again_state,
    exists (
        select from payments.payment as p
        inner join match.match_bank_refusal as refusal on p.account_token = refusal.account_token
        where p.payment_id = s.payment_ref
    ) as account_held
from mart.payment_settlement as s
left join mart.dim_vendor as v on s.vendor_key = v.vendor_key
left join lateral (
    select other.payment_ref, other.state
    from mart.fct_payment_invoice as own
    inner join mart.fct_payment_invoice as theirs on own.invoice_id = theirs.invoice_id
    inner join mart.payment_settlement as other on theirs.payment_id = other.payment_id
    where own.payment_id = s.payment_id and other.payment_id <> s.payment_id
    order by other.sent_at desc nulls last, other.payment_id
    limit 1
) as again on true
where s.source_system = 'tieout' and s.state in ('returned', 'partly_returned', 'rejected')
order by s.returned_date, s.payment_id
"""

# Payments that the bank booked otherwise than as one sum of their amount.
OTHERWISE = """
select
    s.entity_id, v.name as vendor, s.amount, s.currency, s.entry_count, s.settled_amount, s.state,
    sum(abs(r.amount)) as booked, sum(r.fee_amount) as fee
from mart.payment_settlement as s
inner join mart.bank_reconciliation as r on s.payment_id = any(r.payment_ids)
left join mart.dim_vendor as v on s.vendor_key = v.vendor_key
where s.source_system = 'tieout' and s.state in ('settled', 'partly_settled')
group by s.payment_id, s.entity_id, v.name, s.amount, s.currency, s.entry_count, s.settled_amount, s.state
having sum(r.fee_amount) > 0 or s.entry_count > 1
order by sum(r.fee_amount) desc, s.payment_id
"""

BOOKS = """
select
    entity_id, kind, currency, sum(subledger_amount) as subledger, sum(gl_amount) as gl
from mart.balance
where kind in ('ap_control', 'cash')
group by entity_id, kind, currency
having sum(abs(subledger_amount)) + sum(abs(gl_amount)) > 0
order by kind, entity_id, currency
"""

# The documents behind every sum that differs.
DIFFERENCES = """
select d.entity_id, d.period, d.kind, d.currency, d.document_type, d.document_ref, d.difference, d.reason
from mart.balance_difference as d
inner join mart.balance as b on d.balance_id = b.balance_id and b.difference <> 0
where d.kind in ('ap_control', 'cash')
order by abs(d.difference) desc, d.document_ref
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """What became of payments; each row as the query of its name gives it."""

    batches: Sequence[Row]
    controls: Sequence[Row]
    blocked: Sequence[Row]
    returned: Sequence[Row]
    otherwise: Sequence[Row]
    books: Sequence[Row]
    differences: Sequence[Row]


def read(connection: psycopg.Connection) -> Facts:
    """Read them; there are no batches where nothing was settled yet."""
    cursor = connection.cursor(row_factory=dict_row)
    queries = (BATCHES, CONTROLS, BLOCKED, RETURNED, OTHERWISE, BOOKS, DIFFERENCES)
    return Facts(*(cursor.execute(query).fetchall() for query in queries))
