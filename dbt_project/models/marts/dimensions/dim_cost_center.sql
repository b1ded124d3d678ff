{{ config(materialized='stable_view') }}

with cost_center as (
    select * from {{ ref('stg_cost_centers') }}
)

select
    (cost_center.entity_id || ':' || cost_center.cost_center_code)::text as cost_center_id,
    cost_center.cost_center_code,
    cost_center.entity_id,
    cost_center.name,
    coalesce(cost_center.active, true) as active,
    cost_center._known_at as known_at
from cost_center
where {{ from_system_of_record('cost_center', 'cost_center') }}
