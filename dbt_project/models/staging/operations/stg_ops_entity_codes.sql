{# The code that a system uses for an entity, from the entity's configuration; its own id where none is configured. #}
{{ config(materialized='stable_view') }}

with entity as (
    select * from {{ ref('stg_entities') }}
),

configured as (
    select distinct on (entity.entity_id, code.source_system)
        entity.entity_id,
        code.source_system,
        code.codes ->> 0 as code
    from entity
    cross join lateral jsonb_each(coalesce(entity.system_codes, '{}')::jsonb) as code (source_system, codes)
    order by entity.entity_id asc, code.source_system asc
),

used as (
    select distinct
        entity_id,
        source_system
    from {{ ref('stg_systems_of_record') }}
)

select
    used.entity_id,
    used.source_system,
    coalesce(configured.code, used.entity_id) as code
from used
left join configured
    on used.entity_id = configured.entity_id and used.source_system = configured.source_system
