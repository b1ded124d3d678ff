{{ config(materialized='stable_view') }}

with applied as (
    select * from {{ ref('int_payment_invoices') }}
),

payment as (
    select * from {{ ref('fct_payment') }}
)

select
    (payment.payment_id || ':' || applied.invoice_ref)::text as payment_invoice_id,
    payment.payment_id,
    applied.invoice_id,
    payment.entity_id,
    applied.invoice_ref,
    applied.amount::numeric(20, 4) as amount,
    applied.discount_amount,
    payment.currency,
    applied.known_at
from applied
inner join payment on applied.payment_id = payment.payment_id
