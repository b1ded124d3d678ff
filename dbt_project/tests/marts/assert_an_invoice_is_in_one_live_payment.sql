-- An invoice is in at most one payment of ours that is on its way or proposed (payments, section 1).
select invoice_id
from {{ ref('payment_controlled_invoice') }}
where invoice_id is not null and (payment_id not like '%:%' or {{ system_of('payment_id') }} = 'tieout')
group by invoice_id
having count(distinct payment_id) > 1
