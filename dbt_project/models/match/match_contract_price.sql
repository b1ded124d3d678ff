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
    from priced_item
    inner join {{ ref('int_purchase_order_lines') }} as po on priced_item.item_key = po.item_key
    {{ join_units('po.purchase_order_id') }}
    inner join {{ ref('int_purchase_orders') }} as o on po.purchase_order_id = o.purchase_order_id
    where po.basis = 'quantity'
),

-- Prices for the line's item in its currency, of the entity's own source, on the day of the order: of the contract
-- that the line or its order names, and of all contracts with its vendor.
valid as (
    select
        line.po_line_id,
        p.contract_price_id,
        p.contract_number,
        p.unit,
        p.price,
        p.valid_from,
        coalesce(line.unit, line.base_unit) = p.unit as is_ordered_unit,
        p.entity_id is not null as is_own,
        case
            when p.contract_number = line.contract_number then 1
            when p.contract_number = line.order_contract_number then 2
            else 3
        end as nearness,
        case
            when p.unit = line.unit then line.unit_numerator
            when line.converts_by_item then {{ pack('numerator', 'u', 'line.entity_id', 'line.vendor_key') }}
        end as unit_numerator,
        case
            when p.unit = line.unit then line.unit_denominator
            when line.converts_by_item then {{ pack('denominator', 'u', 'line.entity_id', 'line.vendor_key') }}
        end as unit_denominator
    from line
    inner join {{ ref('int_contract_prices') }} as p
        on
            line.item_key = p.item_key
            and line.currency = p.currency
            and line.ordered_on between p.valid_from and p.valid_to
            and line.entity_id = coalesce(p.entity_id, line.entity_id)
            and (
                p.contract_number in (line.contract_number, line.order_contract_number)
                or line.vendor_key = p.vendor_key
            )
    inner join {{ ref('int_systems_of_record') }} as s
        on
            line.entity_id = s.entity_id
            and s.object = 'contract_price'
            and s.role = 'record'
            and p.source_system = s.source_system
            and line.ordered_on between s.valid_from and s.valid_to
    left join {{ ref('int_item_units') }} as u on p.item_key = u.item_key and p.unit = u.unit
),

-- Within a contract and unit the newest list counts.
newest as (
    select
        valid.*,
        {{ per_base_unit('price', 'unit_numerator', 'unit_denominator') }} as unit_price,
        row_number() over (
            partition by po_line_id, contract_number, unit
            order by valid_from desc, {{ by_code_point('contract_price_id') }}
        ) as recency
    from valid
    where unit_numerator is not null
),

chosen as (
    select
        newest.*,
        row_number() over (
            partition by po_line_id
            order by
                nearness, is_own desc, is_ordered_unit desc, unit_price, {{ by_code_point('contract_price_id') }}
        ) as preference
    from newest
    where recency = 1
)

select
    po_line_id,
    contract_price_id,
    contract_number,
    unit_price
from chosen
where preference = 1
