{{ config(materialized='ephemeral') }}

with record_system as (
    select
        source_system,
        entity_id
    from {{ ref('int_systems_of_record') }}
    where object = 'vendor' and recency = 1
),

entity as (
    select * from {{ ref('int_entities') }}
)

select
    record_system.source_system,
    {{ first_text('coalesce(entity.parent_entity_id, entity.entity_id)') }} as entity_id
from record_system
inner join entity on record_system.entity_id = entity.entity_id
group by record_system.source_system
