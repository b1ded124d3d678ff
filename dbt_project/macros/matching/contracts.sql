{#
    Common table expressions that find the contract price which holds for each row of `line`, which the caller defines
    (matching, section 8): in `chosen`, where preference is 1. A row has its `key`, entity_id, vendor_key, item_key,
    currency, the contracts that it and its order name (contract_number, order_contract_number), ordered_on, its unit
    with the factor (unit, base_unit, unit_numerator, unit_denominator), and whether the item's own packs convert it
    (converts_by_item).
#}
{% macro contract_prices(key) -%}
-- Prices for the line's item in its currency, of the entity's own source, on the day of the order: of the contract
-- that the line or its order names, and of all contracts with its vendor.
valid as (
    select
        line.{{ key }},
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
            partition by {{ key }}, contract_number, unit
            order by valid_from desc, {{ by_code_point('contract_price_id') }}
        ) as recency
    from valid
    where unit_numerator is not null
),

chosen as (
    select
        newest.*,
        row_number() over (
            partition by {{ key }}
            order by
                nearness, is_own desc, is_ordered_unit desc, unit_price, {{ by_code_point('contract_price_id') }}
        ) as preference
    from newest
    where recency = 1
)
{%- endmacro %}
