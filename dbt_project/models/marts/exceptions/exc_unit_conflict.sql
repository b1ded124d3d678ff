{#
    What hangs on packs of which two sources say different factors: orders in them that are not invoiced yet, and
    invoices in them that are not paid.
#}
{{ config(materialized='stable_table') }}

with conflict as (
    select
        item_key,
        own_unit as unit
    from {{ ref('int_pack_conflicts') }}
    union
    select
        item_key,
        copy_unit as unit
    from {{ ref('int_pack_conflicts') }}
),

ordered as (
    select
        line.item_key,
        line.currency,
        round(
            greatest(
                0, line.ordered_qty - coalesce(matched.invoiced_qty, 0) - coalesce(matched.summary_invoiced_qty, 0)
            ) * line.unit_price,
            2
        ) as amount
    from {{ ref('int_purchase_order_lines') }} as line
    inner join conflict on line.item_key = conflict.item_key and coalesce(line.unit, line.base_unit) = conflict.unit
    left join {{ ref('match_po_line') }} as matched on line.po_line_id = matched.po_line_id
    where not line.is_closed
),

invoiced as (
    select
        conflict.item_key,
        line.currency,
        line.amount
    from {{ ref('int_invoice_lines') }} as line
    inner join {{ ref('int_invoices') }} as invoice on line.invoice_id = invoice.invoice_id
    left join {{ ref('int_purchase_order_lines') }} as po on line.po_line_id = po.po_line_id
    inner join conflict
        on
            coalesce(line.item_key, po.item_key) = conflict.item_key
            and coalesce(line.unit, po.unit, po.base_unit) = conflict.unit
    where line.kind = 'invoice' and not invoice.is_cancelled and not invoice.is_paid
),

hanging as (
    select * from ordered
    union all
    select * from invoiced
)

select
    item_key,
    currency,
    sum(amount)::numeric(20, 4) as amount
from hanging
group by item_key, currency
