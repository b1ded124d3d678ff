{{ config(materialized='ephemeral') }}

with from_source as (
    select
        item.item_key,
        item.base_unit,
        u.unit,
        u.gtin,
        u.of_unit,
        coalesce(u.entity_id, '') as entity_id,
        case
            when u.vendor_number is null then ''
            else coalesce(v.vendor_key, u._source_system || ':' || u.vendor_number)
        end as vendor_key,
        u.factor,
        u.factor_denominator
    from {{ ref('stg_item_units') }} as u
    inner join {{ ref('int_items') }} as item
        on u._source_system = item.source_system and u.item_number = item.item_number
    left join {{ ref('int_vendor_crosswalk') }} as v
        on u._source_system = v.source_system and u.vendor_number = v.vendor_number
),

decided as (
    select
        item.item_key,
        item.base_unit,
        d.unit,
        d.of_unit,
        d.entity_id,
        d.vendor_key,
        d.factor,
        d.factor_denominator
    from {{ ref('int_unit_decisions') }} as d
    inner join {{ ref('int_items') }} as item on d.item_key = item.item_key
),

-- What a person says of a pack hides what the source says of it, in whatever direction, for the same entity and vendor.
spoken as (
    select f.*
    from from_source as f
    left join decided as d
        on
            f.item_key = d.item_key
            and f.entity_id = d.entity_id
            and f.vendor_key = d.vendor_key
            and (f.unit = d.unit or f.of_unit = d.unit and f.unit = coalesce(d.of_unit, d.base_unit))
    where d.item_key is null

    union all

    select
        d.item_key,
        d.base_unit,
        d.unit,
        {{ first_text('f.gtin') }} as gtin,
        d.of_unit,
        d.entity_id,
        d.vendor_key,
        d.factor,
        d.factor_denominator
    from decided as d
    left join from_source as f
        on
            d.item_key = f.item_key
            and d.unit = f.unit
            and d.entity_id = f.entity_id
            and d.vendor_key = f.vendor_key
    group by
        d.item_key, d.base_unit, d.unit, d.of_unit, d.entity_id, d.vendor_key, d.factor, d.factor_denominator
),

said as (
    select
        item_key,
        base_unit,
        unit,
        gtin,
        of_unit is not null or factor_denominator is not null or entity_id <> '' or vendor_key <> ''
        or unit = base_unit as is_special,
        coalesce(of_unit, base_unit) as of_unit,
        entity_id,
        vendor_key,
        factor,
        coalesce(factor_denominator, 1) as factor_denominator
    from spoken
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
