{{ config(materialized='ephemeral') }}

-- What copies of an item say for everybody of its packs; in what its system of record counts in, too.
with copy as (
    select
        x.item_key,
        u._source_system as source_system,
        u.unit,
        of_pack.unit as of_unit,
        u.factor,
        coalesce(u.factor_denominator, 1) as factor_denominator,
        of_pack.numerator as of_numerator,
        of_pack.denominator as of_denominator,
        {{ trade_item_number('u.gtin') }} as gtin
    from {{ ref('int_item_crosswalk') }} as x
    inner join {{ ref('stg_item_units') }} as u
        on x.source_system = u._source_system and x.item_number = u.item_number
    inner join {{ ref('stg_items') }} as i
        on x.source_system = i._source_system and x.item_number = i.item_number
    inner join {{ ref('int_item_units') }} as of_pack
        on x.item_key = of_pack.item_key and coalesce(u.of_unit, i.base_unit) = of_pack.unit
    where
        not x.is_record
        and u.entity_id is null
        and u.vendor_number is null
        and u.factor > 0
        and coalesce(u.factor_denominator, 1) > 0
        and of_pack.numerator is not null
),

-- One pack is known by one unit, or by one trade item number under two units.
pair as (
    select
        copy.*,
        own.unit as own_unit,
        own.numerator,
        own.denominator
    from copy
    inner join {{ ref('int_item_units') }} as own on copy.item_key = own.item_key and copy.unit = own.unit

    union all

    select
        copy.*,
        own.unit as own_unit,
        own.numerator,
        own.denominator
    from copy
    inner join {{ ref('int_item_units') }} as own
        on
            copy.item_key = own.item_key
            and copy.unit <> own.unit
            and copy.gtin = {{ trade_item_number('own.gtin') }}
    where copy.gtin is not null
)

select
    p.item_key,
    item.item_number,
    item.category as item_category,
    item.source_system as record_system,
    p.source_system,
    p.own_unit,
    p.unit as copy_unit,
    p.numerator as record_numerator,
    p.denominator as record_denominator,
    p.factor * p.of_numerator as copy_numerator,
    p.factor_denominator * p.of_denominator as copy_denominator,
    '1 ' || p.own_unit || ' = ' || {{ rational_in_words('p.numerator', 'p.denominator') }} || ' ' || item.base_unit
        as record_words,
    '1 ' || p.unit || ' = ' || {{ rational_in_words('p.factor', 'p.factor_denominator') }} || ' ' || p.of_unit
        as copy_words
from pair as p
inner join {{ ref('int_items') }} as item on p.item_key = item.item_key
left join {{ ref('int_unit_decisions') }} as decided
    on
        p.item_key = decided.item_key
        and p.own_unit = decided.unit
        and decided.entity_id = ''
        and decided.vendor_key = ''
where
    -- a person's word settles it
    decided.decision_id is null
    and p.numerator is not null
    and p.factor * p.of_numerator * p.denominator <> p.numerator * p.factor_denominator * p.of_denominator
