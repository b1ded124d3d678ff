{# Which invoices a subject of messages belongs to: itself, its order's, its receipt's or its payment's. #}
{{ config(materialized='ephemeral') }}

with bought as (
    select distinct
        invoice_id,
        purchase_order_id,
        po_line_id
    from {{ ref('int_invoice_lines') }}
    where purchase_order_id is not null

    union

    select
        invoice_id,
        purchase_order_id,
        null as po_line_id
    from {{ ref('int_invoices') }}
    where purchase_order_id is not null
)

select
    'invoice' as subject_type,
    invoice_id as subject_id,
    invoice_id
from {{ ref('int_invoices') }}

union

select
    'purchase_order' as subject_type,
    purchase_order_id as subject_id,
    invoice_id
from bought

union

select
    'receipt' as subject_type,
    receipt.receipt_line_id as subject_id,
    bought.invoice_id
from {{ ref('int_receipt_lines') }} as receipt
inner join bought on receipt.po_line_id = bought.po_line_id
where receipt.erp_receipt_line_id is null

union

select
    'payment' as subject_type,
    payment_id as subject_id,
    invoice_id
from {{ ref('fct_payment_invoice') }}
where invoice_id is not null
