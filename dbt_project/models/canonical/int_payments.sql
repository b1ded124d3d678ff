{#
    Payments of every system, of record or not: what an ERP sent before the entity began to pay through us is still on its
    way. Our own payments name vendor and invoices by their canonical ids. A bank's word outranks the ledger's.
#}
{{ config(materialized='stable_view') }}

with payment as (
    select
        p.*,
        p._source_system || ':' || p.payment_ref as payment_id,
        {{ named_id('p', 'vendor_number') }} as vendor_id
    from {{ ref('stg_payments') }} as p
),

outcome as (
    select * from {{ ref('int_payment_outcomes') }}
),

stated as (
    select
        payment.*,
        case
            when outcome.outcome = 'settled' then 'settled'
            when outcome.outcome in ('returned', 'rejected') then 'returned'
            else payment.status
        end as state
    from payment
    left join outcome on payment.payment_id = outcome.payment_id
)

select
    stated.payment_id,
    stated._source_system as source_system,
    stated.payment_ref,
    stated.entity_id,
    stated.vendor_id,
    coalesce(v.vendor_key, stated.vendor_id) as vendor_key,
    stated.batch_ref,
    stated.end_to_end_id,
    stated.account_token,
    stated.routing_number,
    stated.method,
    stated.status,
    stated.state,
    stated.state in ('proposed', 'approved', 'sent', 'acknowledged') as is_live,
    stated.state = 'settled' as is_settled,
    stated.amount,
    stated.currency,
    stated.requested_date,
    stated.approved_at,
    stated.sent_at,
    stated._known_at as known_at
from stated
left join {{ ref('int_vendor_crosswalk') }} as v on stated.vendor_id = v.vendor_id
