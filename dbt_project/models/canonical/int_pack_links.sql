{{ config(materialized='ephemeral') }}

-- Items of which something is said that is not simply how many base units a unit holds.
with special_item as (
    select distinct item_key
    from {{ ref('int_pack_statements') }}
    where is_special
),

statement as (
    select s.*
    from {{ ref('int_pack_statements') }} as s
    inner join special_item as i on s.item_key = i.item_key
),

entity as (
    select distinct
        item_key,
        entity_id
    from statement
    union
    select
        item_key,
        '' as entity_id
    from special_item
),

vendor as (
    select distinct
        item_key,
        vendor_key
    from statement
    union
    select
        item_key,
        '' as vendor_key
    from special_item
),

-- Whom packs of an item may differ for: everybody (blank), and each entity, vendor, and both.
scope as (
    select
        entity.item_key,
        entity.entity_id,
        vendor.vendor_key
    from entity
    inner join vendor on entity.item_key = vendor.item_key
),

-- What is said of a unit for a vendor hides what is said of it for an entity, and that what is said for everybody. Of
-- the base unit nothing is said but how large the other one is.
ranked as (
    select
        s.item_key,
        s.base_unit,
        s.unit,
        s.of_unit,
        s.gtin,
        s.numerator,
        s.denominator,
        s.words,
        scope.entity_id,
        scope.vendor_key,
        rank() over (
            partition by
                s.item_key,
                scope.entity_id,
                scope.vendor_key,
                case when s.unit = s.base_unit then s.of_unit else s.unit end
            order by s.vendor_key desc, s.entity_id desc
        ) as place
    from scope
    inner join statement as s
        on
            scope.item_key = s.item_key
            and s.entity_id in ('', scope.entity_id)
            and s.vendor_key in ('', scope.vendor_key)
)

select
    item_key,
    base_unit,
    unit,
    of_unit,
    gtin,
    numerator,
    denominator,
    words,
    entity_id,
    vendor_key,
    -- ways are as many as there are orders of units, so that a crowd of statements is not walked
    count(*) over (partition by item_key, entity_id, vendor_key) > 24 as is_crowded
from ranked
where place = 1
