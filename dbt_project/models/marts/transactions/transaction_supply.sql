{# What supply received of the order lines that an invoice bills; of an invoice without lines, of its whole order. #}
{{ config(materialized='ephemeral') }}

with billed as (
    select distinct
        invoice_id,
        po_line_id
    from {{ ref('int_invoice_lines') }}
    where po_line_id is not null

    union

    select
        invoice.invoice_id,
        line.po_line_id
    from {{ ref('int_invoices') }} as invoice
    inner join {{ ref('match_po_line') }} as line on invoice.purchase_order_id = line.purchase_order_id
    where invoice.line_count = 0
),

receipt as (
    select
        po_line_id,
        max(_known_at) as known_at
    from {{ ref('int_receipt_lines') }}
    group by po_line_id
)

select
    billed.invoice_id,
    case
        when bool_and(line.net_received_qty <= 0) then 'none'
        when bool_or(line.net_received_qty > line.ordered_qty) then 'over'
        when bool_and(line.net_received_qty >= line.ordered_qty) then 'complete'
        else 'partial'
    end as receipt_state,
    max(receipt.known_at) as known_at
from billed
inner join {{ ref('match_po_line') }} as line on billed.po_line_id = line.po_line_id
left join receipt on billed.po_line_id = receipt.po_line_id
group by billed.invoice_id
