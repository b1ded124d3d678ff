{#
    Lines on an order, for the ordered item, as netting left them: quantity less credits, price less price credits, in
    the order's currency. Lines that are kept out of matching are nothing that is paid yet.
#}
{{ config(materialized='ephemeral') }}

with priced_item as (
    select distinct item_key
    from {{ ref('int_contract_prices') }}
    where item_key is not null
),

line as (
    select * from {{ ref('int_invoice_lines') }}
),

matched as (
    select * from {{ ref('match_invoice_line') }}
    where takes_part and kind = 'invoice' and net_qty > 0
),

ordered as (
    select po.*
    from {{ ref('int_purchase_order_lines') }} as po
    inner join priced_item on po.item_key = priced_item.item_key
),

purchase_order as (
    select * from {{ ref('int_purchase_orders') }}
),

priced as (
    select * from {{ ref('match_po_line') }}
)

select
    matched.invoice_line_id,
    matched.invoice_id,
    ordered.po_line_id,
    ordered.entity_id,
    ordered.vendor_key,
    ordered.item_key,
    line.item_category,
    ordered.basis,
    ordered.contract_number as named_contract,
    purchase_order.contract_number as order_contract,
    {{ order_date('purchase_order') }} as priced_on,
    matched.net_qty,
    matched.invoice_unit_price as unit_price,
    matched.currency,
    priced.contract_price_id,
    priced.contract_number,
    priced.contract_unit_price
from matched
inner join line on matched.invoice_line_id = line.invoice_line_id
inner join ordered on matched.po_line_id = ordered.po_line_id
inner join purchase_order on ordered.purchase_order_id = purchase_order.purchase_order_id
inner join priced on ordered.po_line_id = priced.po_line_id
where coalesce(line.item_key, ordered.item_key) = ordered.item_key
