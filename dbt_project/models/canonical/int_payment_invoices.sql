{{ config(materialized='stable_view') }}

with applied as (
    select
        a.*,
        {{ named_id('a', 'invoice_ref') }} as named_id
    from {{ ref('stg_payment_invoices') }} as a
),

-- An ERP names its own copy of an invoice.
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
    applied._source_system || ':' || applied.payment_ref as payment_id,
    applied.invoice_ref,
    invoice_name.invoice_id,
    applied.amount,
    coalesce(applied.discount_amount, 0)::numeric(20, 4) as discount_amount,
    applied._known_at as known_at
from applied
left join invoice_name on applied.named_id = invoice_name.named_id
