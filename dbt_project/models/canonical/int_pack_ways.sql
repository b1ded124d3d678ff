{{ config(materialized='ephemeral') }}

-- Every statement can be read in both directions: a box holds ten, one is a tenth of a box.
with recursive direction as (
    select
        item_key,
        entity_id,
        vendor_key,
        base_unit,
        words,
        unit,
        of_unit,
        numerator,
        denominator
    from {{ ref('int_pack_links') }}
    where numerator is not null and unit <> of_unit and not is_crowded
    union all
    select
        item_key,
        entity_id,
        vendor_key,
        base_unit,
        words,
        of_unit as unit,
        unit as of_unit,
        denominator as numerator,
        numerator as denominator
    from {{ ref('int_pack_links') }}
    where numerator is not null and unit <> of_unit and not is_crowded
),

-- All ways from the base unit that meet no unit twice, with the product of their factors.
way as (
    select
        item_key,
        entity_id,
        vendor_key,
        unit,
        numerator,
        denominator,
        words,
        '|' || of_unit || '|' || unit || '|' as passed,
        1 as steps
    from direction
    where of_unit = base_unit

    union all

    select
        way.item_key,
        way.entity_id,
        way.vendor_key,
        d.unit,
        d.numerator * way.numerator as numerator,
        d.denominator * way.denominator as denominator,
        d.words || ', ' || way.words as words,
        way.passed || d.unit || '|' as passed,
        way.steps + 1 as steps
    from way
    inner join direction as d
        on
            way.item_key = d.item_key
            and way.entity_id = d.entity_id
            and way.vendor_key = d.vendor_key
            and way.unit = d.of_unit
            and position('|' || d.unit || '|' in way.passed) = 0
    where way.steps < 24
)

select
    item_key,
    entity_id,
    vendor_key,
    unit,
    {{ whole('numerator / ' ~ common_divisor('numerator', 'denominator')) }} as numerator,
    {{ whole('denominator / ' ~ common_divisor('numerator', 'denominator')) }} as denominator,
    words,
    steps
from way
