{{ config(materialized='ephemeral') }}

with said as (
    select
        item.item_key,
        item.base_unit,
        u.unit,
        u.gtin,
        u.of_unit is not null or u.factor_denominator is not null or u.entity_id is not null
        or u.vendor_number is not null or u.unit = item.base_unit as is_special,
        coalesce(u.of_unit, item.base_unit) as of_unit,
        coalesce(u.entity_id, '') as entity_id,
        case
            when u.vendor_number is null then ''
            else coalesce(v.vendor_key, u._source_system || ':' || u.vendor_number)
        end as vendor_key,
        u.factor,
        coalesce(u.factor_denominator, 1) as factor_denominator
    from {{ ref('stg_item_units') }} as u
    inner join {{ ref('int_items') }} as item
        on u._source_system = item.source_system and u.item_number = item.item_number
    left join {{ ref('int_vendor_crosswalk') }} as v
        on u._source_system = v.source_system and u.vendor_number = v.vendor_number
),

scaled as (
    select
        said.*,
        {{ whole('factor * 10000000000') }} as scaled_factor,
        {{ whole('factor_denominator * 10000000000') }} as scaled_denominator,
        coalesce(factor > 0 and factor_denominator > 0, false) as is_positive
    from said
),

divided as (
    select
        scaled.*,
        case when is_positive then {{ common_divisor('scaled_factor', 'scaled_denominator') }} end as divisor
    from scaled
),

rational as (
    select
        item_key,
        base_unit,
        unit,
        of_unit,
        entity_id,
        vendor_key,
        gtin,
        is_special,
        factor,
        factor_denominator,
        {{ whole('scaled_factor / divisor') }} as numerator,
        {{ whole('scaled_denominator / divisor') }} as denominator
    from divided
)

select
    item_key,
    base_unit,
    unit,
    of_unit,
    entity_id,
    vendor_key,
    gtin,
    -- anything but how many base units a unit holds; a base unit of one of itself is nothing special
    case
        when unit = base_unit and of_unit = base_unit then coalesce(numerator <> denominator, true)
        else is_special or coalesce({{ is_absurd_pack('numerator', 'denominator') }}, true)
    end as is_special,
    numerator,
    denominator,
    '1 ' || unit || ' = ' || coalesce(
        {{ rational_in_words('numerator', 'denominator') }},
        {{ rational_in_words('factor', 'factor_denominator') }},
        '?'
    ) || ' ' || of_unit as words
from rational
