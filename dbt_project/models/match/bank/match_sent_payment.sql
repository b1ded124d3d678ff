{{ config(materialized='ephemeral') }}

with ledger as (
    select distinct entity_id
    from {{ ref('int_control_accounts') }}
),

-- What a payment takes off the payables is what it pays and the discount that was taken.
discount as (
    select
        _source_system,
        payment_ref,
        sum(coalesce(discount_amount, 0)) as amount
    from {{ ref('stg_payment_invoices') }}
    group by _source_system, payment_ref
),

-- One payment may be in two systems: our own record and the ERP's.
ranked as (
    select
        p.entity_id,
        p.payment_ref,
        p.end_to_end_id,
        p.currency,
        p.amount,
        coalesce(discount.amount, 0) as discount_amount,
        p._source_system = 'tieout' as is_own,
        p.sent_at,
        p.settled_at,
        row_number() over (
            partition by p.entity_id, p.payment_ref order by (p._source_system = 'tieout') desc, p._source_system
        ) as preference
    from {{ ref('stg_payments') }} as p
    inner join ledger on p.entity_id = ledger.entity_id
    left join discount on p._source_system = discount._source_system and p.payment_ref = discount.payment_ref
    where p.sent_at is not null and p.status <> 'cancelled'
)

select
    entity_id,
    payment_ref,
    end_to_end_id,
    currency,
    amount,
    discount_amount,
    is_own,
    sent_at,
    settled_at
from ranked
where preference <= 1
