{#
    Whether each open invoice may be paid now, and why not (payments, section 1): the first reason that holds. A view: only
    whole runs ask, and nothing of it is kept.
#}
{{ config(materialized='stable_view') }}

with invoice as (
    select i.*
    from {{ ref('int_invoices') }} as i
    where not i.is_cancelled and not i.is_paid
),

-- What has been paid of it, and the payment that it is in now.
applied as (
    select
        a.invoice_id,
        sum(case when p.is_settled then abs(a.amount + a.discount_amount) else 0 end) as settled_amount,
        {{ first_text('case when p.is_live then p.payment_id end') }} as live_payment_id
    from {{ ref('int_payment_invoices') }} as a
    inner join {{ ref('int_payments') }} as p on a.payment_id = p.payment_id
    where a.invoice_id is not null and (p.is_live or p.is_settled)
    group by a.invoice_id
),

approval as (
    select distinct invoice_id
    from {{ ref('int_approvals') }}
    where decision = 'approved'
),

term as (
    select
        s.entity_id,
        t.payment_term_code,
        t.net_days,
        t.discount_days,
        t.discount_pct
    from {{ ref('stg_payment_terms') }} as t
    inner join {{ ref('int_systems_of_record') }} as s
        on t._source_system = s.source_system
    where s.object = 'payment_term' and s.role = 'record' and s.recency = 1
),

{{ choose_payment_policy('invoice') }},

open_invoice as (
    select
        i.*,
        e.payment_origin,
        m.verdict,
        m.open_holds,
        applied.live_payment_id,
        coalesce(i.approved_at is not null or approval.invoice_id is not null, false) as is_approved,
        (abs(i.gross_amount) - coalesce(applied.settled_amount, 0))::numeric(20, 4) as open_amount,
        coalesce(i.due_date, i.invoice_date + term.net_days) as falls_due,
        case when i.kind = 'invoice' and term.discount_pct > 0 then i.invoice_date + term.discount_days end
            as discount_date,
        term.discount_pct,
        policy.policy_id,
        policy.discount_min_pct,
        {{ utc_date(as_of()) }} + policy.horizon_days as last_day
    from invoice as i
    inner join {{ ref('int_entities') }} as e on i.entity_id = e.entity_id
    left join {{ ref('match_invoice') }} as m on i.invoice_id = m.invoice_id
    left join applied on i.invoice_id = applied.invoice_id
    left join approval on i.invoice_id = approval.invoice_id
    left join term on i.entity_id = term.entity_id and i.payment_term_code = term.payment_term_code
    {{ join_payment_policy('invoice', 'i') }}
),

offered as (
    select
        o.*,
        {{ utc_date(as_of()) }} <= o.discount_date
        and {{ discount_pays('o.discount_pct', 'o.falls_due - o.discount_date', 'o.discount_min_pct') }}
            as takes_discount
    from open_invoice as o
),

-- A credit is taken as soon as it may be.
scheduled as (
    select
        o.*,
        case
            when o.kind = 'credit' then {{ utc_date(as_of()) }}
            when o.takes_discount then least(o.falls_due, o.discount_date)
            else o.falls_due
        end as pay_by_date,
        case when o.takes_discount then round(o.open_amount * o.discount_pct / 100, 2) else 0 end::numeric(20, 4)
            as discount_amount
    from offered as o
),

reasoned as (
    select
        s.*,
        case
            when s.live_payment_id is not null then 'in_payment'
            when s.open_amount <= 0 then 'settled'
            when not s.is_posted or coalesce(s.erp_status = 'cancelled', false) then 'not_posted'
            when not {{ verdict_may_be_paid('s.verdict') }} then 'held'
            when s.verdict in ('credited', 'not_applicable') and not s.is_approved then 'not_approved'
            when s.policy_id is null then 'no_policy'
            when s.pay_by_date is null then 'no_due_date'
            when s.pay_by_date > s.last_day then 'not_due'
        end as reason
    from scheduled as s
)

select
    invoice_id,
    entity_id,
    payment_origin,
    source_system,
    invoice_ref,
    invoice_number,
    kind,
    vendor_id,
    vendor_key,
    remit_to_account_token,
    currency,
    (case when kind = 'credit' then -open_amount else open_amount end)::numeric(20, 4) as open_amount,
    discount_amount,
    invoice_date,
    falls_due as due_date,
    discount_date,
    pay_by_date,
    verdict,
    live_payment_id,
    policy_id,
    reason is null as is_payable,
    reason,
    correlation_id
from reasoned
