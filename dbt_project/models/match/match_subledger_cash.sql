{{ config(materialized='ephemeral') }}

with ledger as (
    select distinct entity_id
    from {{ ref('int_control_accounts') }}
    where control_type = 'cash'
),

payment as (
    select
        p.entity_id,
        p.payment_ref,
        p.end_to_end_id,
        p.currency,
        p.amount,
        p.sent_at,
        row_number() over (
            partition by p.entity_id, p.payment_ref order by (p._source_system = 'tieout') desc, p._source_system
        ) as preference
    from {{ ref('stg_payments') }} as p
    inner join ledger on p.entity_id = ledger.entity_id
    where p.sent_at is not null and p.status <> 'cancelled'
),

sent as (
    select * from payment
    where preference <= 1
),

entry as (
    select
        b._source_system || ':' || b.statement_ref || ':' || b.entry_number || ':' || b.detail_number as bank_entry_id,
        s.entity_id,
        b.currency,
        b.amount,
        {{ utc_midnight('b.booking_date') }} as booked_at,
        sent.payment_ref,
        sent.amount as sent_amount,
        coalesce(sent.payment_ref, b.bank_ref, b.statement_ref || ':' || b.entry_number || ':' || b.detail_number)
            as document_ref,
        case when b.amount < 0 then -b.amount else 0 end as paid_amount
    from {{ ref('stg_bank_entries') }} as b
    inner join {{ ref('stg_bank_statements') }} as s
        on b._source_system = s._source_system and b.statement_ref = s.statement_ref
    inner join ledger on s.entity_id = ledger.entity_id
    left join sent on s.entity_id = sent.entity_id and b.end_to_end_id = sent.end_to_end_id
),

-- What was sent is on its way until the bank has paid it: of each entry, as much as was still on its way.
arrived as (
    select
        entry.*,
        {{ taken_in_turn('entry.paid_amount', 'entry.sent_amount', 'entry.entity_id, entry.payment_ref',
            'entry.booked_at, ' ~ by_code_point('entry.bank_entry_id')) }} as arrived_amount
    from entry
    where entry.payment_ref is not null
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
from sent

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
