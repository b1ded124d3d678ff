{# What payments pay that another one pays or has paid already (payments, section 2). #}
{{ config(materialized='ephemeral') }}

with payment as (
    select * from {{ ref('payment_controlled') }}
),

part as (
    select * from {{ ref('payment_controlled_invoice') }}
),

paid as (
    select
        p.payment_id,
        p.state,
        p.vendor_key,
        p.currency,
        p.amount,
        coalesce(p.requested_date, {{ utc_date('coalesce(p.sent_at, p.known_at)') }}) as requested_date,
        a.invoice_id
    from {{ ref('int_payments') }} as p
    left join {{ ref('int_payment_invoices') }} as a on p.payment_id = a.payment_id
    left join {{ ref('match_bank_settlement') }} as s on p.payment_id = s.payment_id
    -- what was rejected though its money left, and is still away, may have arrived
    where p.is_live or p.is_settled or coalesce(s.state = 'rejected' and s.settled_amount > s.returned_amount, false)
),

-- The same invoice again; the copy of one that is or was paid; the same sum to the same vendor for nobody knows what.
again as (
    select
        part.payment_id,
        part.invoice_ref || ' is in payment ' || paid.payment_id as said
    from part
    inner join paid on part.invoice_id = paid.invoice_id and part.payment_id <> paid.payment_id

    union

    select
        part.payment_id,
        part.invoice_ref || ' repeats ' || d.original_invoice_id || ', which payment ' || paid.payment_id || ' pays'
            as said
    from part
    inner join {{ ref('match_duplicate') }} as d on part.invoice_id = d.invoice_id
    inner join paid on d.original_invoice_id = paid.invoice_id
    where
        not exists (
            select 1
            from {{ ref('match_finding') }} as f
            where f.invoice_id = d.invoice_id and f.code = d.code and f.is_released
        )

    union

    select
        payment.payment_id,
        'payment ' || paid.payment_id || ' of the same amount names no invoice that is known' as said
    from payment
    inner join paid
        on
            payment.vendor_key = paid.vendor_key
            and payment.currency = paid.currency
            and payment.amount = paid.amount
            and payment.payment_id <> paid.payment_id
            and paid.invoice_id is null
            and coalesce(abs(payment.requested_date - paid.requested_date) <= 30, true)
)

select
    payment_id,
    said
from again
