{{ config(indexes=[{'columns': ['item_key', 'unit'], 'unique': true}], meta={'analyze': true}) }}

with item as (
    select * from {{ ref('int_items') }}
),

-- Items whose packs are multiplied out, or differ between entities or vendors.
walked_item as (
    select distinct item_key
    from {{ ref('int_item_packs') }}
),

walked as (
    select
        p.item_key,
        p.unit,
        max(case when p.specificity = 0 then p.numerator end) as numerator,
        max(case when p.specificity = 0 then p.denominator end) as denominator,
        max(p.specificity) > 0 as is_scoped,
        max(case when p.specificity = 0 then p.gtin end) as gtin
    from {{ ref('int_item_packs') }} as p
    inner join item on p.item_key = item.item_key
    where p.unit <> item.base_unit
    group by p.item_key, p.unit
),

unit as (
    select
        s.item_key,
        s.unit,
        s.numerator,
        s.denominator,
        false as is_scoped,
        s.gtin
    from {{ ref('int_pack_statements') }} as s
    where
        s.unit <> s.base_unit
        and not exists (
            select 1
            from walked_item as w
            where s.item_key = w.item_key
        )

    union all

    select * from walked

    union all

    select
        item_key,
        base_unit as unit,
        1::numeric as numerator,
        1::numeric as denominator,
        false as is_scoped,
        gtin
    from item
),

-- A code that no list knows holds what the unit holds that it means.
spelling as (
    select
        unit.item_key,
        s.code as unit,
        unit.numerator,
        unit.denominator,
        unit.is_scoped,
        null::text as gtin
    from unit
    inner join {{ ref('int_unit_spellings') }} as s on unit.unit = s.unit
),

every_unit as (
    select * from unit

    union all

    select s.*
    from spelling as s
    left join unit as own on s.item_key = own.item_key and s.unit = own.unit
    where own.item_key is null
)

select
    item_key,
    unit,
    {{ exact_quotient('numerator', 'denominator', 10) }}::numeric(24, 10) as factor,
    numerator,
    denominator,
    is_scoped,
    gtin
from every_unit
