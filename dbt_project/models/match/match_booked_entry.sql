{{ config(materialized='ephemeral') }}

with ledger as (
    select distinct entity_id
    from {{ ref('int_control_accounts') }}
),

payment as (
    select * from {{ ref('match_sent_payment') }}
)

select
    b._source_system || ':' || b.statement_ref || ':' || b.entry_number || ':' || b.detail_number as bank_entry_id,
    s.entity_id,
    b.currency,
    b.amount,
    coalesce(b.charges_amount, 0) as charges_amount,
    b.original_amount,
    b.original_currency,
    b.bank_ref,
    {{ utc_midnight('b.booking_date') }} as booked_at,
    payment.payment_ref,
    payment.amount as payment_amount,
    payment.discount_amount,
    coalesce(payment.is_own, false) as is_own,
    coalesce(payment.payment_ref, b.bank_ref, b.statement_ref || ':' || b.entry_number || ':' || b.detail_number)
        as document_ref
from {{ ref('stg_bank_entries') }} as b
inner join {{ ref('stg_bank_statements') }} as s
    on b._source_system = s._source_system and b.statement_ref = s.statement_ref
inner join ledger on s.entity_id = ledger.entity_id
left join payment on s.entity_id = payment.entity_id and b.end_to_end_id = payment.end_to_end_id
