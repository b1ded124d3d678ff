{{ config(indexes=[{'columns': ['source_system', 'item_number'], 'unique': true}], meta={'analyze': true}) }}

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
        r.record_system is not null as is_record
    from {{ ref('stg_items') }} as i
    left join (select distinct record_system from item_home) as r on i._source_system = r.record_system
),

found as (
    select
        i.item_id,
        min({{ by_code_point('t.item_id') }}) as record_item_id
    from item as i
    inner join item_home as h on i.source_system = h.source_system
    inner join item as t on h.record_system = t.source_system and coalesce(i.source_ref, i.item_number) = t.item_number
    where not i.is_record
    group by i.item_id
)

select
    item.item_id,
    item.source_system,
    item.item_number,
    coalesce(found.record_item_id, item.item_id) as item_key,
    case
        when item.is_record then 'record'
        when found.record_item_id is null then 'unresolved'
        when item.source_ref is null then 'equal_number'
        else 'source_ref'
    end as method,
    item.is_record
from item
left join found on item.item_id = found.item_id
