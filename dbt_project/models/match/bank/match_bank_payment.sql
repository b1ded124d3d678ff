{{ config(materialized='ephemeral') }}

-- Payments that a bank can know: of every system, whoever is of record now, but not mere proposals.
with payment as (
    select
        p.*,
        {{ named_id('p', 'vendor_number') }} as vendor_id
    from {{ ref('stg_payments') }} as p
    where p.status <> 'proposed' and p.amount > 0
)

select
    p._source_system || ':' || p.payment_ref as payment_id,
    p._source_system as source_system,
    p.payment_ref,
    p.entity_id,
    p.vendor_id,
    coalesce(v.vendor_key, p.vendor_id) as vendor_key,
    p.amount,
    p.currency,
    p.method,
    p.status,
    p.status in ('sent', 'acknowledged', 'settled', 'returned') as was_sent,
    p.end_to_end_id,
    p.instruction_id,
    p.cheque_number,
    coalesce(p.group_ref, p.batch_ref) as group_ref,
    p.requested_date,
    p.sent_at,
    coalesce({{ utc_date('p.sent_at') }}, p.requested_date) as sent_on
from payment as p
left join {{ ref('int_vendor_crosswalk') }} as v on p.vendor_id = v.vendor_id
{{ computed_once() }}
