-- Each bank entry ends matched, split, fee or owned (payments, section 7); payments take no more of it than it is.
select
    bank_entry_id,
    state
from {{ ref('match_bank_state') }}
where
    (state in ('matched', 'split')) <> (payment_count > 0)
    or (state = 'matched' and (payment_count > 1 or fee_amount <> 0 or difference_amount <> 0))
    or (kind = 'out' and currency = taken_currency and taken_amount > abs(amount))
    or reason is null

union all

select
    bank_entry_id,
    'twice' as state
from {{ ref('match_bank_state') }}
group by bank_entry_id
having count(*) > 1
