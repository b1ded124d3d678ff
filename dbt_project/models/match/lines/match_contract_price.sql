{{ config(materialized='ephemeral') }}

{# Starts from the items that a contract prices: lines of all others cost nothing. -#}
with priced_item as (
    select distinct item_key
    from {{ ref('int_contract_prices') }}
    where item_key is not null
),

line as (
    select
        po.po_line_id,
        po.entity_id,
        po.vendor_key,
        po.item_key,
        po.currency,
        po.unit,
        po.base_unit,
        po.unit_numerator,
        po.unit_denominator,
        po.converts_by_item,
        po.contract_number,
        o.contract_number as order_contract_number,
        {{ order_date('o') }} as ordered_on
    from {{ of_units(ref('int_purchase_order_lines'), 'purchase_order_id') }} as po
    inner join priced_item on po.item_key = priced_item.item_key
    inner join {{ ref('int_purchase_orders') }} as o on po.purchase_order_id = o.purchase_order_id
    where po.basis = 'quantity'
),

{{ contract_prices('po_line_id') }}

select
    po_line_id,
    contract_price_id,
    contract_number,
    unit_price
from chosen
where preference <= 1
