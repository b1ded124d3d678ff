-- A proposed payment is the sum of its invoices and above zero, and none is without invoices, nor the other way round.
with part as (
    select
        payment_id,
        sum(amount) as amount,
        sum(discount_amount) as discount_amount,
        count(*) as invoices
    from {{ ref('payment_proposal_invoice') }}
    group by payment_id
)

select coalesce(proposal.payment_id, part.payment_id) as payment_id
from {{ ref('payment_proposal') }} as proposal
full join part on proposal.payment_id = part.payment_id
where
    proposal.payment_id is null
    or part.payment_id is null
    or proposal.amount <> part.amount
    or proposal.discount_amount <> part.discount_amount
    or proposal.invoice_count <> part.invoices
    or proposal.amount <= 0
