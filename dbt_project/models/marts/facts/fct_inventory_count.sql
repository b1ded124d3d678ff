{{ config(materialized='stable_view') }}

with counted as (
    select * from {{ ref('stg_inventory_counts') }}
),

item as (
    select * from {{ ref('xref_item') }}
)

select
    (counted._source_system || ':' || counted.count_ref)::text as inventory_count_id,
    counted.entity_id,
    item.item_key,
    counted.item_number,
    counted.location_code,
    counted.counted_qty::numeric(18, 6) as counted_qty_source,
    counted.system_qty::numeric(18, 6) as system_qty_source,
    counted.unit as unit_source,
    counted.at as counted_at,
    counted._known_at as known_at,
    counted._trace_id as trace_id
from counted
left join item
    on counted._source_system = item.source_system and counted.item_number = item.item_number
where {{ from_system_of_record('counted', 'inventory_count') }}
