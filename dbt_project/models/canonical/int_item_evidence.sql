{{ config(indexes=[{'columns': ['item_id']}], meta={'analyze': true}) }}

-- Whose item master a system's numbers belong to: that of the entities which use the system.
with item_home as (
    select distinct
        used.source_system,
        record.source_system as record_system
    from {{ ref('int_systems_of_record') }} as used
    inner join {{ ref('int_systems_of_record') }} as record on used.entity_id = record.entity_id
    where record.object = 'item' and record.role = 'record' and record.recency = 1
),

item as (
    select
        i._source_system || ':' || i.item_number as item_id,
        i._source_system as source_system,
        i.item_number,
        i.source_ref,
        i.gtin,
        {{ compared_code('i.manufacturer') }} || ' ' || {{ compared_code('i.manufacturer_part') }} as manufacturer_part,
        v.vendor_key || ' ' || {{ compared_code('i.vendor_part') }} as vendor_part,
        {{ compared_code('i.description') }} as description,
        r.record_system is not null as is_record
    from {{ ref('stg_items') }} as i
    left join (select distinct record_system from item_home) as r on i._source_system = r.record_system
    left join {{ ref('int_vendor_crosswalk') }} as v
        on i._source_system = v.source_system and i.vendor_number = v.vendor_number
),

-- What an item is known by: what must be equal, in the order in which it counts.
trait as (
    select
        item_id,
        'source_ref' as method,
        1 as place,
        case when is_record then item_number else source_ref end as trait
    from item

    union all

    select
        item_id,
        'manufacturer_part' as method,
        2 as place,
        manufacturer_part as trait
    from item

    union all

    select
        item_id,
        'gtin' as method,
        3 as place,
        {{ trade_item_number('gtin') }} as trait
    from item

    union all

    -- those of its packs are the item's as well
    select
        _source_system || ':' || item_number as item_id,
        'gtin' as method,
        3 as place,
        {{ trade_item_number('gtin') }} as trait
    from {{ ref('stg_item_units') }}
    where gtin is not null

    union all

    select
        item_id,
        'vendor_part' as method,
        4 as place,
        vendor_part as trait
    from item

    union all

    select
        item_id,
        'equal_number' as method,
        5 as place,
        item_number as trait
    from item
    where is_record or source_ref is null

    union all

    select
        item_id,
        'description' as method,
        6 as place,
        description as trait
    from item
),

known as (
    select
        trait.method,
        trait.place,
        trait.trait,
        item.item_id,
        item.source_system,
        item.is_record
    from trait
    inner join item on trait.item_id = item.item_id
    where trait.trait is not null
)

select distinct
    own.item_id,
    own.is_record,
    other.item_id as record_item_id,
    own.method,
    own.place,
    own.trait
from known as own
inner join item_home as h on own.source_system = h.source_system
inner join known as other
    on
        h.record_system = other.source_system
        and other.is_record
        and own.method = other.method
        and own.trait = other.trait
        and own.item_id <> other.item_id
left join {{ ref('int_item_decisions') }} as decided
    on own.item_id = decided.item_id and other.item_id = decided.record_item_id
where
    (not own.is_record or own.method in ('manufacturer_part', 'gtin', 'vendor_part'))
    -- what a person said is apart has nothing in common that counts
    and coalesce(decided.decision_type, '') <> 'item_apart'
