-- An invoice is in at most one payment of ours that is on its way or proposed (payments, section 1).
with paying as (
    select
        invoice_id,
        payment_id
    from {{ ref('payment_proposal_invoice') }}

    union all

    select
        applied.invoice_id,
        payment.payment_id
    from {{ ref('int_payments') }} as payment
    inner join {{ ref('int_payment_invoices') }} as applied on payment.payment_id = applied.payment_id
    where payment.is_live and payment.source_system = 'tieout'
)

select invoice_id
from paying
where invoice_id is not null
group by invoice_id
having count(distinct payment_id) > 1
