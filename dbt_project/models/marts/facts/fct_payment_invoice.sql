{{ config(materialized='stable_view') }}

with applied as (
    select * from {{ ref('stg_payment_invoices') }}
),

payment as (
    select * from {{ ref('fct_payment') }}
),

-- An ERP names its own copy of an invoice; a payment made elsewhere may name AP's.
invoice_name as (
    select
        invoice_id as named_id,
        invoice_id
    from {{ ref('int_invoices') }}

    union all

    select
        erp_invoice_id as named_id,
        invoice_id
    from {{ ref('int_invoices') }}
    where erp_invoice_id is not null
)

select
    (payment.payment_id || ':' || applied.invoice_ref)::text as payment_invoice_id,
    payment.payment_id,
    invoice_name.invoice_id,
    payment.entity_id,
    applied.invoice_ref,
    applied.amount::numeric(20, 4) as amount,
    coalesce(applied.discount_amount, 0)::numeric(20, 4) as discount_amount,
    payment.currency,
    applied._known_at as known_at
from applied
inner join payment
    on applied._source_system = payment.source_system and applied.payment_ref = payment.payment_ref
left join invoice_name on {{ named_id('applied', 'invoice_ref') }} = invoice_name.named_id
