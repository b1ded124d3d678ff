{{ config(materialized='stable_view') }}

with movement as (
    select * from {{ ref('stg_inventory_movements') }}
),

item as (
    select * from {{ ref('xref_item') }}
)

select
    (movement._source_system || ':' || movement.movement_ref)::text as inventory_movement_id,
    movement.entity_id,
    item.item_key,
    movement.item_number,
    movement.location_code,
    movement.movement_type,
    movement.qty::numeric(18, 6) as qty_source,
    movement.unit as unit_source,
    movement.at as moved_at,
    movement._known_at as known_at,
    movement._trace_id as trace_id
from movement
left join item
    on movement._source_system = item.source_system and movement.item_number = item.item_number
where {{ from_system_of_record('movement', 'inventory_movement') }}
