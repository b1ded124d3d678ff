-- A bank entry is consumed at most once (payments, section 7): by one rung, in one way, once of each payment.
select bank_entry_id
from {{ ref('match_bank_link') }}
group by bank_entry_id
having
    count(*) > count(distinct payment_id)
    or count(distinct rung) > 1
    or count(distinct way) > 1
    or (bool_or(outcome = 'taken') and bool_or(outcome = 'asked'))
