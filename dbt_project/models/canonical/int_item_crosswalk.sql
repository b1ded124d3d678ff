{{ config(indexes=[{'columns': ['source_system', 'item_number'], 'unique': true}], meta={'analyze': true}) }}

{% set earlier = before('int_item_crosswalk') -%}

with record_system as (
    select distinct source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'item' and role = 'record' and recency = 1
),

item as (
    select
        i._source_system || ':' || i.item_number as item_id,
        i._source_system as source_system,
        i.item_number,
        r.source_system is not null as is_record
    from {{ ref('stg_items') }} as i
    left join record_system as r on i._source_system = r.source_system
),

-- What says one item only. A number may be known to several record systems: then the first is meant.
single as (
    select
        item_id,
        method,
        place,
        {{ first_text('record_item_id') }} as record_item_id
    from {{ ref('int_item_evidence') }}
    where not is_record and method <> 'description'
    group by item_id, method, place
    having count(distinct record_item_id) = 1 or method in ('source_ref', 'equal_number')
),

first_place as (
    select
        item_id,
        min(place) as place,
        count(distinct record_item_id) as record_items
    from single
    group by item_id
),

-- A source's own reference counts whatever else is said; other evidence only where nothing contradicts it.
found as (
    select
        single.item_id,
        single.method,
        single.record_item_id
    from first_place
    inner join single on first_place.item_id = single.item_id and first_place.place = single.place
    where single.method = 'source_ref' or first_place.record_items = 1
),

evidence as (
    select
        item_id,
        count(distinct record_item_id) as record_items
    from {{ ref('int_item_evidence') }}
    where not is_record
    group by item_id
),

-- A person's word comes first; the newest, of several, on an item that is there.
said as (
    select
        d.item_id,
        d.record_item_id,
        row_number() over (partition by d.item_id order by d._known_at desc, d.decision_id desc) as preference
    from {{ ref('int_item_decisions') }} as d
    inner join item on d.record_item_id = item.item_id
    where d.decision_type = 'item_link' and item.is_record
),

resolved as (
    select
        item.item_id,
        item.source_system,
        item.item_number,
        item.is_record,
        coalesce(said.record_item_id, found.record_item_id, item.item_id) as item_key,
        case
            when item.is_record then 'record'
            when said.item_id is not null then 'decision'
            else coalesce(found.method, 'unresolved')
        end as method,
        case
            when item.is_record or said.item_id is not null then 'certain'
            when evidence.record_items > 1 then 'review'
            when found.method = 'equal_number' then 'probable'
            when found.method is not null then 'certain'
            when evidence.record_items = 1 then 'review'
            else 'unresolved'
        end as state
    from item
    left join said on item.item_id = said.item_id and said.preference <= 1 and not item.is_record
    left join found on item.item_id = found.item_id and not item.is_record
    left join evidence on item.item_id = evidence.item_id
),

earlier as (
    {% if earlier -%}
    select
        item_id,
        item_key,
        former_item_key,
        changed_at
    from {{ earlier }}
    {%- else -%}
    select
        item_id,
        item_key,
        null::text as former_item_key,
        null::timestamptz as changed_at
    from resolved
    where false
    {%- endif %}
)

select
    resolved.*,
    case when earlier.item_key = resolved.item_key then earlier.former_item_key else earlier.item_key end
        as former_item_key,
    case when earlier.item_key = resolved.item_key then earlier.changed_at else {{ as_of() }} end as changed_at
from resolved
left join earlier on resolved.item_id = earlier.item_id
