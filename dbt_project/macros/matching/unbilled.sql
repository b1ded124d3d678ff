{#
    Common table expressions that end in `unbilled`: the lines of the orders in a relation `orders`, of distinct
    purchase_order_id, with what invoices with lines leave of them to a summary invoice (matching, section 4).
    Receipts and lines are allocated as far as both sides allow, so that what is left needs no allocation to tell.
    Only these orders are read: all others cost nothing.
#}
{% macro unbilled_lines(orders) -%}
open_receipt as (
    select
        r.po_line_id,
        sum(r.open_qty) as qty
    from {{ ref('match_net_receipt') }} as r
    inner join {{ orders }} as o on r.purchase_order_id = o.purchase_order_id
    group by r.po_line_id
),

invoiced as (
    select
        n.po_line_id,
        sum(n.net_qty) as qty
    from {{ ref('match_net_line') }} as n
    inner join {{ orders }} as o on n.match_unit_id = o.purchase_order_id
    where n.takes_part and n.kind = 'invoice'
    group by n.po_line_id
),

unbilled as (
    select
        po.purchase_order_id,
        po.po_line_id,
        po.match_type,
        po.unit_price,
        case
            when po.match_type = 'two_way' then greatest(0, po.ordered_qty - coalesce(invoiced.qty, 0))
            else greatest(0, coalesce(open_receipt.qty, 0) - coalesce(invoiced.qty, 0))
        end as qty,
        greatest(0, po.ordered_qty - coalesce(invoiced.qty, 0)) as uninvoiced_qty
    from {{ ref('int_purchase_order_lines') }} as po
    inner join {{ orders }} as o on po.purchase_order_id = o.purchase_order_id
    left join open_receipt on po.po_line_id = open_receipt.po_line_id
    left join invoiced on po.po_line_id = invoiced.po_line_id
    where po.match_type in ('two_way', 'three_way', 'four_way')
)
{%- endmacro %}
