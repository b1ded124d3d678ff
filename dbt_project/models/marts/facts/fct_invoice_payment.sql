{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('fct_invoice') }}
    where kind = 'invoice' and not is_cancelled
),

entity as (
    select
        entity_id,
        coalesce(time_zone, 'UTC') as time_zone,
        {{ local_date(as_of(), "coalesce(time_zone, 'UTC')") }} as today
    from {{ ref('dim_entity') }}
),

payment as (
    select
        p.payment_id,
        p.entity_id,
        p.sent_at,
        case
            when p.is_settled
                then
                    coalesce(
                        case when outcome.outcome = 'settled' then outcome.outcome_date end,
                        {{ local_date('fact.settled_at', 'entity.time_zone') }}
                    )
        end as settled_date,
        p.is_settled
    from {{ ref('int_payments') }} as p
    inner join entity on p.entity_id = entity.entity_id
    left join {{ ref('int_payment_outcomes') }} as outcome on p.payment_id = outcome.payment_id
    left join {{ ref('fct_payment') }} as fact on p.payment_id = fact.payment_id
    where p.sent_at is not null and (p.is_live or p.is_settled)
),

paid as (
    select
        a.invoice_id,
        min(payment.sent_at) as sent_at,
        max(payment.settled_date) as settled_date,
        bool_and(payment.is_settled) as is_settled,
        sum(a.discount_amount) as discount_taken
    from {{ ref('int_payment_invoices') }} as a
    inner join payment on a.payment_id = payment.payment_id
    where a.invoice_id is not null
    group by a.invoice_id
),

term as (
    select
        s.entity_id,
        t.payment_term_code,
        t.net_days,
        t.discount_days,
        t.discount_pct
    from {{ ref('stg_payment_terms') }} as t
    inner join {{ ref('int_systems_of_record') }} as s on t._source_system = s.source_system
    where s.object = 'payment_term' and s.role = 'record' and s.recency = 1
),

dated as (
    select
        invoice.*,
        entity.time_zone,
        entity.today,
        coalesce(invoice.due_date, invoice.invoice_date + term.net_days) as falls_due,
        case
            when term.discount_pct > 0 and term.discount_days is not null
                then round(invoice.gross_amount * term.discount_pct / 100, 2)
            else 0
        end as discount_offered,
        paid.sent_at,
        case when paid.is_settled then paid.settled_date end as settled_date,
        coalesce(paid.discount_taken, 0) as discount_taken
    from invoice
    inner join entity on invoice.entity_id = entity.entity_id
    left join term on invoice.entity_id = term.entity_id and invoice.payment_term_code = term.payment_term_code
    left join paid on invoice.invoice_id = paid.invoice_id
)

select
    invoice_id,
    entity_id,
    vendor_key,
    currency,
    gross_amount,
    discount_offered::numeric(20, 4) as discount_offered,
    discount_taken::numeric(20, 4) as discount_taken,
    posted_date,
    falls_due as due_date,
    {{ local_date('sent_at', 'time_zone') }} as sent_date,
    settled_date,
    coalesce(falls_due < today, false) as is_due,
    coalesce(settled_date <= falls_due, false) as is_on_time,
    case when posted_at >= approved_at then {{ hours_between('approved_at', 'posted_at') }} end::numeric(24, 4)
        as approval_to_posting_hours,
    round({{ hours_between('received_at', 'sent_at') }} / 24, 4)::numeric(24, 4) as invoice_cycle_days,
    (settled_date - {{ local_date('received_at', 'time_zone') }})::numeric(24, 4) as payment_cycle_days,
    received_at,
    approved_at,
    posted_at,
    sent_at
from dated
