{{ config(meta={'directly': true}) }}

with link as {{ not_kept() }} (
    select * from {{ ref('match_bank_link') }}
),

-- Most entries have one payment; to sum up one takes as long as to sum up many.
linked as (
    select
        bank_entry_id,
        rung,
        outcome = 'taken' as is_taken,
        outcome = 'asked' as is_asked,
        is_comparable,
        amount as taken_amount,
        case when outcome = 'taken' then 1 else 0 end as payment_count,
        case when outcome = 'taken' then array[payment_id] end as payment_ids,
        case when outcome <> 'taken' then array[payment_id] end as candidate_ids,
        case when outcome <> 'taken' then payment_id end as named_payments,
        currency as payment_currency
    from link
    where link_count <= 1

    union all

    select
        bank_entry_id,
        min(rung) as rung,
        bool_or(outcome = 'taken') as is_taken,
        bool_or(outcome = 'asked') as is_asked,
        bool_and(is_comparable) as is_comparable,
        sum(amount) as taken_amount,
        sum(case when outcome = 'taken' then 1 else 0 end)::integer as payment_count,
        array_agg(payment_id order by payment_id) filter (where outcome = 'taken') as payment_ids,
        array_agg(payment_id order by payment_id) filter (where outcome <> 'taken') as candidate_ids,
        {{ joined("case when outcome <> 'taken' then payment_id end") }} as named_payments,
        {{ first_text('currency') }} as payment_currency
    from link
    where link_count > 1
    group by bank_entry_id
),

-- What of the entry is no payment's: charges in it, and a rest. A return is smaller by what the bank kept.
measured as (
    select
        entry.*,
        linked.rung,
        linked.payment_ids,
        linked.candidate_ids,
        linked.named_payments,
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
    from {{ ref('match_bank_entry') }} as entry
    left join linked on entry.bank_entry_id = linked.bank_entry_id
),

apportioned as (
    select
        measured.*,
        case
            when is_taken and charges_amount > 0 and beside_amount >= charges_amount then charges_amount
            else 0
        end as fee_amount
    from measured
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
    state,
    rung,
    payment_ids,
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
        when is_asked and rung = 5 and counterparty is null
            then 'amount and date are those of ' || named_payments || ', and the bank names no party'
        when is_asked then 'equal candidates: ' || named_payments
        when is_linked and not is_taken then 'it names ' || named_payments || ', of which nothing is left: paid twice?'
        when not is_linked and kind = 'in' then 'money in that comes back from no payment'
        when not is_linked then 'no payment has its references, nor its amount, date and party'
        when rung = 0 then 'a person matched it'
        when rung = 1 then 'it names the end-to-end id'
        when rung = 2 then 'it names the instruction or cheque, or the bank''s reference is known'
        when rung = 3 then 'it names the group, whose payments sum to it'
        when rung = 4 then 'it names the creditor''s reference'
        else 'amount, date and party are the payment''s'
    end as reason,
    known_at
from stated
