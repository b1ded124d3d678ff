{{ config(materialized='ephemeral') }}

with entry as (
    select * from {{ ref('match_booked_entry') }}
),

-- What an ERP sent is on its way until the bank has paid it: of each entry, as much as was still on its way. Payments
-- of ours the ledger books when the bank does.
arrived as (
    select
        entry.*,
        {{ taken_in_turn(
            'case when entry.amount < 0 then -entry.amount else 0 end',
            'entry.payment_amount',
            'entry.entity_id, entry.payment_ref',
            'entry.booked_at, ' ~ by_code_point('entry.bank_entry_id')
        ) }} as arrived_amount
    from entry
    where entry.payment_ref is not null and not entry.is_own
)

select
    'cash' as kind,
    entity_id,
    currency,
    document_ref,
    case when payment_ref is null then 'bank_entry' else 'payment' end as document_type,
    booked_at as posted_at,
    amount
from entry

union all

select
    'cash' as kind,
    entity_id,
    currency,
    payment_ref as document_ref,
    'payment' as document_type,
    sent_at as posted_at,
    -amount as amount
from {{ ref('match_sent_payment') }}
where not is_own

union all

select
    'cash' as kind,
    entity_id,
    currency,
    document_ref,
    'payment' as document_type,
    booked_at as posted_at,
    arrived_amount as amount
from arrived
where arrived_amount <> 0
