-- A payment is consumed at most once (payments, section 7): entries take no more of it than it is, nor bring more back.
select payment_id
from {{ ref('match_bank_settlement') }}
where settled_amount > amount or returned_amount > amount

union all

select payment_id
from {{ ref('match_bank_settlement') }}
group by payment_id
having count(*) > 1
