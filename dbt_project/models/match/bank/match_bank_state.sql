{{ config(meta={'directly': true, 'analyze': ['bank_entry_id', 'plain_payment_id']}) }}

{%- set names_it = "'it names the end-to-end id'" %}

-- What the ladder found for an entry, summed up.
with linked as (
    select
        bank_entry_id,
        min(rung) as rung,
        bool_or(outcome = 'taken') as is_taken,
        bool_or(outcome = 'asked') as is_asked,
        bool_and(is_comparable) as is_comparable,
        sum(amount) as taken_amount,
        sum(case when outcome = 'taken' then 1 else 0 end)::integer as payment_count,
        sum(case when outcome <> 'taken' then 1 else 0 end)::integer as candidate_count,
        array_agg(payment_id order by payment_id) filter (where outcome = 'taken') as payment_ids,
        array_agg(amount order by payment_id) filter (where outcome = 'taken') as taken_amounts,
        array_agg(payment_id order by payment_id) filter (where outcome <> 'taken') as candidate_ids,
        {{ joined("case when outcome <> 'taken' then payment_id end") }} as named_payments,
        {{ first_text('currency') }} as payment_currency
    from {{ ref('match_bank_ladder') }}
    group by bank_entry_id
),

-- What of the entry is no payment's: charges in it, and a rest. A return is smaller by what the bank kept.
weighed as (
    select
        entry.*,
        linked.rung,
        linked.payment_ids,
        linked.taken_amounts,
        linked.candidate_ids,
        linked.named_payments,
        linked.candidate_count,
        coalesce(linked.payment_count, 0) as payment_count,
        coalesce(linked.is_taken, false) as is_taken,
        coalesce(linked.is_asked, false) as is_asked,
        linked.bank_entry_id is not null as is_linked,
        linked.taken_amount,
        linked.payment_currency,
        case
            when not coalesce(linked.is_taken, false) then 0
            when entry.currency <> linked.payment_currency or not linked.is_comparable then 0
            when entry.way = 'out' then entry.gross_amount - linked.taken_amount
            else linked.taken_amount - entry.gross_amount
        end as beside_amount
    from {{ ref('match_bank_weighed_entry') }} as entry
    left join linked on entry.bank_entry_id = linked.bank_entry_id
),

apportioned as (
    select
        weighed.*,
        case
            when is_taken and charges_amount > 0 and beside_amount >= charges_amount then charges_amount
            else 0
        end as fee_amount
    from weighed
),

stated as (
    select
        apportioned.*,
        beside_amount - fee_amount as difference_amount,
        case
            when kind = 'fee' then 'fee'
            when is_taken and (payment_count > 1 or beside_amount <> 0) then 'split'
            when is_taken then 'matched'
            else 'owned'
        end as state
    from apportioned
),

-- Most entries name a payment that nobody else does, and take all of it.
plain as (
    select met.*
    from {{ ref('match_bank_met') }} as met
    left join {{ ref('match_bank_contested') }} as contested on met.end_to_end_id = contested.end_to_end_id
    where {{ is_plain('met', 'contested') }}
)

select
    bank_entry_id,
    bank_statement_id,
    entity_id,
    booking_date,
    value_date,
    amount,
    currency,
    kind,
    bank_ref,
    counterparty,
    remittance,
    return_reason,
    'matched' as state,
    1 as rung,
    payment_id as plain_payment_id,
    array[payment_id] as payment_ids,
    null as taken_amounts,
    null as candidate_ids,
    1 as payment_count,
    payment_amount as taken_amount,
    payment_currency as taken_currency,
    0::numeric(20, 4) as fee_amount,
    0::numeric(20, 4) as difference_amount,
    false as is_asked,
    false as needs_person,
    {{ names_it }} as reason,
    known_at
from plain

union all

select
    bank_entry_id,
    bank_statement_id,
    entity_id,
    booking_date,
    value_date,
    amount,
    currency,
    kind,
    bank_ref,
    counterparty,
    remittance,
    return_reason,
    state,
    rung,
    null as plain_payment_id,
    payment_ids,
    taken_amounts,
    candidate_ids,
    payment_count,
    case when is_taken then taken_amount else 0 end::numeric(20, 4) as taken_amount,
    case when is_taken then payment_currency end as taken_currency,
    case when kind = 'fee' then abs(amount) else fee_amount end::numeric(20, 4) as fee_amount,
    case when state = 'owned' then abs(amount) else difference_amount end::numeric(20, 4) as difference_amount,
    is_asked,
    not is_repeat
    and (
        (state = 'owned' and (kind in ('out', 'back') or is_linked))
        or difference_amount <> 0
    ) as needs_person,
    case
        when is_repeat then 'its statement came before under another id'
        when kind = 'fee' then 'the bank took it for itself, as its code says'
        when is_asked and cheque_number is not null and rung = 5
            then 'no payment has the number of the cheque; amount and date are those of ' || named_payments
        when is_asked and cheque_number is not null and candidate_count = 1
            then 'the cheque was issued for another amount, or not at all: ' || named_payments
        when is_asked and rung = 5 and counterparty is null
            then 'amount and date are those of ' || named_payments || ', and the bank names no party'
        when is_asked then 'equal candidates: ' || named_payments
        when is_linked and not is_taken then 'it names ' || named_payments || ', of which nothing is left: paid twice?'
        when not is_linked and kind = 'in' then 'money in that comes back from no payment'
        when not is_linked then 'no payment has its references, nor its amount, date and party'
        when rung = 0 then 'a person matched it'
        when rung = 1 then {{ names_it }}
        when rung = 2 then 'it names the instruction or cheque, or the bank''s reference is known'
        when rung = 3 then 'it names the group, whose payments sum to it'
        when rung = 4 then 'it names the creditor''s reference'
        else 'amount, date and party are the payment''s'
    end as reason,
    known_at
from stated
