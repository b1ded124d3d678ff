{{ config(materialized='ephemeral') }}

with proposed as (
    select * from {{ ref('payment_proposal_invoice') }}
),

applied as (
    select * from {{ ref('int_payment_invoices') }}
),

landed as (
    select * from {{ ref('int_payments') }}
    where is_live
)

select
    payment_id,
    invoice_id,
    invoice_id as invoice_ref,
    amount
from proposed

union all

select
    landed.payment_id,
    applied.invoice_id,
    applied.invoice_ref,
    applied.amount
from landed
inner join applied on landed.payment_id = applied.payment_id
