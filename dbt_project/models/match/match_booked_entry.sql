{{ config(indexes=[{'columns': ['bank_entry_id']}]) }}

with ledger as (
    select distinct entity_id
    from {{ ref('int_control_accounts') }}
),

payment as (
    select * from {{ ref('match_sent_payment') }}
),

-- A statement that came again moves nothing.
entry as (
    select e.*
    from {{ ref('match_bank_entry') }} as e
    inner join ledger on e.entity_id = ledger.entity_id
    where not e.is_repeat
),

-- What the ladder says an entry pays. One that names a payment of which nothing was left is about it all the same.
paid as (
    select
        link.bank_entry_id,
        payment.payment_ref,
        payment.amount as payment_amount,
        payment.discount_amount,
        payment.is_own,
        link.amount as taken_amount,
        row_number() over (
            partition by link.bank_entry_id order by {{ by_code_point('link.payment_id') }}
        ) as position,
        count(*) over (partition by link.bank_entry_id) as payments,
        sum(link.amount) over (partition by link.bank_entry_id) - link.amount as others_amount
    from {{ ref('match_bank_link') }} as link
    inner join entry on link.bank_entry_id = entry.bank_entry_id
    inner join payment on entry.entity_id = payment.entity_id and {{ key_of('link.payment_id') }} = payment.payment_ref
    where link.outcome <> 'asked'
),

-- Of several payments each has what the ladder took of it; what the entry has beside them is the first one's.
shared as (
    select
        entry.*,
        paid.payment_ref,
        paid.payment_amount,
        paid.discount_amount,
        coalesce(paid.is_own, false) as is_own,
        coalesce(paid.payments, 0) as payments,
        coalesce(paid.position, 1) = 1 as is_first,
        case
            when paid.position > 1 then sign(entry.amount) * paid.taken_amount
            when paid.payments > 1 then entry.amount - sign(entry.amount) * paid.others_amount
            else entry.amount
        end as shared_amount
    from entry
    left join paid on entry.bank_entry_id = paid.bank_entry_id
)

select
    bank_entry_id,
    entity_id,
    currency,
    shared_amount::numeric(20, 4) as amount,
    (case when is_first then charges_amount else 0 end)::numeric(20, 4) as charges_amount,
    (case when payments <= 1 then original_amount end)::numeric(20, 4) as original_amount,
    case when payments <= 1 then original_currency end as original_currency,
    bank_ref,
    cheque_number,
    {{ utc_midnight('booking_date') }} as booked_at,
    payment_ref,
    payment_amount,
    discount_amount,
    is_own,
    -- a ledger that hears of our payments from the bank alone names a sum of several as the bank does
    coalesce(
        case when is_own and payments > 1 then payment_group_ref else payment_ref end,
        bank_ref,
        {{ key_of('bank_entry_id') }}
    ) as document_ref
from shared
