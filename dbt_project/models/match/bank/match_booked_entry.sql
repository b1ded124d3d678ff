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
        payment.currency as payment_currency,
        payment.discount_amount,
        payment.is_own,
        link.rung,
        link.amount as taken_amount,
        row_number() over (
            partition by link.bank_entry_id order by {{ by_code_point('link.payment_id') }}
        ) as position,
        count(*) over (partition by link.bank_entry_id) as payments,
        sum(link.amount) over (partition by link.bank_entry_id) as all_taken
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
        paid.payment_currency,
        paid.discount_amount,
        paid.taken_amount,
        paid.rung,
        coalesce(paid.is_own, false) as is_own,
        coalesce(paid.payments, 0) as payments,
        coalesce(paid.position, 1) = 1 as is_first,
        coalesce(entry.currency <> paid.payment_currency, false) as is_foreign,
        case when entry.amount < 0 then 1 else -1 end * (entry.gross_amount - paid.all_taken) as beside_amount,
        case
            when paid.position > 1 then sign(entry.amount) * paid.taken_amount
            when paid.payments > 1 then entry.amount - sign(entry.amount) * (paid.all_taken - paid.taken_amount)
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
    -- only what the payment does not explain can be a charge in it
    (case when is_first and beside_amount >= charges_amount then charges_amount else 0 end)::numeric(20, 4)
        as charges_amount,
    (
        case
            when is_foreign and payments <= 1 and original_currency = payment_currency then original_amount
            when is_foreign then nullif(taken_amount, 0)
        end
    )::numeric(20, 4) as owed_amount,
    case when is_foreign then payment_currency end as owed_currency,
    bank_ref,
    cheque_number,
    {{ utc_midnight('booking_date') }} as booked_at,
    payment_ref,
    payment_amount,
    discount_amount,
    is_own,
    -- a ledger that hears of our payments from the bank alone names a sum as the bank does
    coalesce(
        case when is_own and (payments > 1 or rung = 3) then payment_group_ref else payment_ref end,
        bank_ref,
        {{ key_of('bank_entry_id') }}
    ) as document_ref
from shared
