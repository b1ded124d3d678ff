{{
    config(
        indexes=[{'columns': ['item_key', 'unit', 'entity_id', 'vendor_key'], 'unique': true}],
        meta={'analyze': true},
    )
}}

with link as (
    select * from {{ ref('int_pack_links') }}
),

-- Units of which something is said, and those that others are counted in.
unit as (
    select
        item_key,
        entity_id,
        vendor_key,
        base_unit,
        is_crowded,
        unit,
        {{ first_text('gtin') }} as gtin,
        {{ joined('case when numerator is null then words end') }} as impossible_words,
        {{ joined('case when unit = of_unit and numerator <> denominator then words end') }} as own_words
    from link
    group by item_key, entity_id, vendor_key, base_unit, is_crowded, unit

    union

    select
        l.item_key,
        l.entity_id,
        l.vendor_key,
        l.base_unit,
        l.is_crowded,
        l.of_unit as unit,
        null as gtin,
        null as impossible_words,
        null as own_words
    from link as l
    where
        l.of_unit <> l.base_unit
        and not exists (
            select 1
            from link as own
            where
                l.item_key = own.item_key
                and l.entity_id = own.entity_id
                and l.vendor_key = own.vendor_key
                and l.of_unit = own.unit
        )
),

-- The shortest way to each factor.
way as (
    select
        w.*,
        row_number() over (
            partition by item_key, entity_id, vendor_key, unit, numerator, denominator
            order by steps, {{ by_code_point('words') }}
        ) as preference
    from {{ ref('int_pack_ways') }} as w
),

factor as (
    select
        item_key,
        entity_id,
        vendor_key,
        unit,
        count(*) as factors,
        min(numerator) as numerator,
        min(denominator) as denominator,
        {{ joined(rational_in_words('numerator', 'denominator') ~ " || ' (' || words || ')'", "' and '") }} as ways
    from way
    where preference <= 1
    group by item_key, entity_id, vendor_key, unit
),

judged as (
    select
        unit.*,
        factor.numerator,
        factor.denominator,
        factor.ways,
        trace.words as trace_words,
        case
            when unit.impossible_words is not null then 'impossible'
            when unit.own_words is not null or factor.factors > 1 then 'contradiction'
            when unit.unit = unit.base_unit then null
            when unit.is_crowded then 'crowded'
            when factor.factors is null and trace.is_circle then 'circular'
            when factor.factors is null then 'unlinked'
            when {{ is_absurd_pack('factor.numerator', 'factor.denominator') }} then 'absurd'
        end as refusal
    from unit
    left join factor
        on
            unit.item_key = factor.item_key
            and unit.entity_id = factor.entity_id
            and unit.vendor_key = factor.vendor_key
            and unit.unit = factor.unit
    left join {{ ref('int_pack_traces') }} as trace
        on
            unit.item_key = trace.item_key
            and unit.entity_id = trace.entity_id
            and unit.vendor_key = trace.vendor_key
            and unit.unit = trace.unit
),

pack as (
    select
        item_key,
        unit,
        entity_id,
        vendor_key,
        case when vendor_key <> '' then 2 else 0 end + case when entity_id <> '' then 1 else 0 end as specificity,
        case when refusal is null then numerator end as numerator,
        case when refusal is null then denominator end as denominator,
        gtin,
        refusal,
        case refusal
            when 'impossible'
                then 'No pack can hold what is said: ' || impossible_words || '.'
            when 'contradiction'
                then
                    coalesce(
                        'A unit is one of itself: ' || own_words || '.',
                        'In ' || base_unit || ', 1 ' || unit || ' is ' || ways || '.'
                    )
            when 'crowded'
                then 'More is said of this item''s packs than can be followed.'
            when 'circular'
                then 'Goes in a circle and never comes to ' || base_unit || ': ' || trace_words || '.'
            when 'unlinked'
                then
                    'Never comes to ' || base_unit || coalesce(': ' || trace_words, ', nothing is said of it') || '.'
            when 'absurd'
                then 'No pack is so large or so small: 1 ' || unit || ' is ' || ways || ' ' || base_unit || '.'
        end as explanation
    from judged
    where unit <> base_unit or refusal is not null
)

select * from pack

union all

-- A code that no list knows holds what the unit holds that it means.
select
    pack.item_key,
    s.code as unit,
    pack.entity_id,
    pack.vendor_key,
    pack.specificity,
    pack.numerator,
    pack.denominator,
    null as gtin,
    pack.refusal,
    pack.explanation
from pack
inner join {{ ref('int_unit_spellings') }} as s on pack.unit = s.unit
left join pack as own
    on
        pack.item_key = own.item_key
        and pack.entity_id = own.entity_id
        and pack.vendor_key = own.vendor_key
        and s.code = own.unit
where own.item_key is null
