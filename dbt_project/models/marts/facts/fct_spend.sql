{#
    Invoiced net by portion: the lines, and what the header's net has beyond them, so that every cut sums to it.
    A credit counts negative.
#}
{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('fct_invoice') }}
    where not is_cancelled
),

line as (
    select * from {{ ref('fct_invoice_line') }}
),

line_total as (
    select
        invoice_id,
        sum(signed_amount) as net_amount,
        bool_or(on_po) as on_po
    from line
    group by invoice_id
),

portion as (
    select
        line.invoice_id,
        line.invoice_line_id,
        line.item_category,
        line.on_po,
        line.signed_amount as net_amount
    from line

    union all

    select
        invoice.invoice_id,
        null as invoice_line_id,
        null as item_category,
        coalesce(line_total.on_po, invoice.purchase_order_id is not null) as on_po,
        invoice.signed_net_amount - coalesce(line_total.net_amount, 0) as net_amount
    from invoice
    left join line_total on invoice.invoice_id = line_total.invoice_id
    where invoice.signed_net_amount <> coalesce(line_total.net_amount, 0)
)

select
    invoice.invoice_id,
    portion.invoice_line_id,
    invoice.entity_id,
    invoice.vendor_key,
    portion.item_category,
    portion.on_po,
    portion.net_amount::numeric(20, 4) as net_amount,
    invoice.currency,
    invoice.invoice_day
from portion
inner join invoice on portion.invoice_id = invoice.invoice_id
