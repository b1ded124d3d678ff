{#
    Lines that no order prices: of invoices without an order, less the credits that name them, and of other items than
    the ordered one that were let through. Prices are per base unit of the line's own item.
#}
{{ config(materialized='ephemeral') }}

with priced_item as (
    select distinct item_key
    from {{ ref('int_contract_prices') }}
    where item_key is not null
),

stopped as (
    select distinct invoice_id
    from {{ ref('match_hold') }}
    where is_open and code in ('DUPLICATE_INVOICE', 'VENDOR_UNKNOWN')
),

billed as (
    select line.*
    from {{ ref('int_invoice_lines') }} as line
    inner join priced_item on line.item_key = priced_item.item_key
),

credited as (
    select
        credited_invoice_line_id as invoice_line_id,
        sum(coalesce(qty_source, 0)) as qty,
        sum(case when coalesce(qty_source, 0) = 0 then amount else 0 end) as amount
    from {{ ref('int_invoice_lines') }}
    where kind = 'credit' and purchase_order_id is null and credited_invoice_line_id is not null
    group by credited_invoice_line_id
),

without_order as (
    select
        billed.invoice_line_id,
        billed.invoice_id,
        null::text as po_line_id,
        billed.entity_id,
        invoice.vendor_key,
        billed.item_key,
        billed.item_category,
        null::text as contract_number,
        null::text as order_contract_number,
        invoice.invoice_date as ordered_on,
        billed.unit,
        greatest(0, billed.qty_source - coalesce(credited.qty, 0)) as net_qty_source,
        {{ quotient('greatest(0, billed.amount - coalesce(credited.amount, 0))', 'billed.qty_source') }}
            as source_price,
        billed.currency
    from billed
    inner join {{ ref('int_invoices') }} as invoice on billed.invoice_id = invoice.invoice_id
    left join stopped on billed.invoice_id = stopped.invoice_id
    left join credited on billed.invoice_line_id = credited.invoice_line_id
    where
        billed.kind = 'invoice'
        and billed.qty_source > 0
        and not invoice.names_po
        and not invoice.is_cancelled
        and stopped.invoice_id is null
),

another_item as (
    select
        billed.invoice_line_id,
        billed.invoice_id,
        ordered.po_line_id,
        ordered.entity_id,
        ordered.vendor_key,
        billed.item_key,
        billed.item_category,
        ordered.contract_number,
        purchase_order.contract_number as order_contract_number,
        {{ order_date('purchase_order') }} as ordered_on,
        coalesce(billed.unit, ordered.unit) as unit,
        {{ exact_quotient('matched.net_qty * billed.unit_denominator', 'billed.unit_numerator', 6) }} as net_qty_source,
        {{ quotient('matched.invoice_unit_price * billed.unit_numerator', 'billed.unit_denominator') }} as source_price,
        matched.currency
    from billed
    inner join {{ ref('match_invoice_line') }} as matched on billed.invoice_line_id = matched.invoice_line_id
    inner join {{ ref('int_purchase_order_lines') }} as ordered on matched.po_line_id = ordered.po_line_id
    inner join {{ ref('int_purchase_orders') }} as purchase_order
        on ordered.purchase_order_id = purchase_order.purchase_order_id
    where
        matched.takes_part
        and matched.kind = 'invoice'
        and matched.net_qty > 0
        and billed.item_key <> ordered.item_key
        and ordered.basis = 'quantity'
),

bought as (
    select * from without_order
    union all
    select * from another_item
),

packed as (
    select
        bought.*,
        item.base_unit,
        {{ pack('numerator', 'own', 'bought.entity_id', 'bought.vendor_key') }} as pack_numerator,
        {{ pack('denominator', 'own', 'bought.entity_id', 'bought.vendor_key') }} as pack_denominator
    from bought
    left join {{ ref('int_items') }} as item on bought.item_key = item.item_key
    left join {{ ref('int_item_units') }} as own
        on bought.item_key = own.item_key and coalesce(bought.unit, item.base_unit) = own.unit
),

-- Where the item has no factor for the unit, prices are compared in that unit alone.
line as (
    select
        packed.*,
        pack_numerator is not null as converts_by_item,
        coalesce(pack_numerator, 1) as unit_numerator,
        coalesce(pack_denominator, 1) as unit_denominator
    from packed
),

{{ contract_prices('invoice_line_id') }}

select
    line.invoice_line_id,
    line.invoice_id,
    line.po_line_id,
    line.entity_id,
    line.vendor_key,
    line.item_key,
    line.item_category,
    'quantity' as basis,
    line.contract_number as named_contract,
    line.order_contract_number as order_contract,
    line.ordered_on as priced_on,
    {{ in_base_units('line.net_qty_source', 'line.unit_numerator', 'line.unit_denominator') }} as net_qty,
    {{ per_base_unit('line.source_price', 'line.unit_numerator', 'line.unit_denominator') }} as unit_price,
    line.currency,
    chosen.contract_price_id,
    chosen.contract_number,
    chosen.unit_price as contract_unit_price
from line
left join chosen on line.invoice_line_id = chosen.invoice_line_id and chosen.preference = 1
where line.net_qty_source > 0
