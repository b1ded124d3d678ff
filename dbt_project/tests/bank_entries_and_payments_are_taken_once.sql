-- A payment and a bank entry are consumed at most once (payments, section 7): nothing is taken twice of either.
with taken as (
    select * from {{ ref('match_bank_link') }}
    where outcome = 'taken'
),

pair as (
    select
        bank_entry_id || ' ' || payment_id as subject_id,
        count(*) as links
    from {{ ref('match_bank_link') }}
    group by bank_entry_id, payment_id
),

payment as (
    select
        s.payment_id,
        s.amount,
        s.settled_amount,
        s.returned_amount
    from {{ ref('match_bank_settlement') }} as s
),

entry as (
    select
        taken.bank_entry_id,
        count(distinct taken.rung) as rungs,
        count(distinct taken.way) as ways,
        sum(taken.amount) as taken_amount
    from taken
    group by taken.bank_entry_id
)

select
    'an entry and a payment are linked twice' as breach,
    subject_id
from pair
where links > 1

union all

select
    'more was settled or returned than the payment is' as breach,
    payment_id as subject_id
from payment
where settled_amount > amount or returned_amount > amount

union all

select
    'an entry is taken by two rungs, or in two ways' as breach,
    bank_entry_id as subject_id
from entry
where rungs > 1 or ways > 1

union all

-- charges in a return make the payment's part larger than what came
select
    'payments take more of an entry than it is' as breach,
    s.bank_entry_id as subject_id
from entry
inner join {{ ref('match_bank_state') }} as s on entry.bank_entry_id = s.bank_entry_id
where s.currency = s.taken_currency and s.kind = 'out' and entry.taken_amount > abs(s.amount)
