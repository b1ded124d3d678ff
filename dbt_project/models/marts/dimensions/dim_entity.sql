{{ config(materialized='stable_table') }}

with entity as (
    select * from {{ ref('int_entities') }}
),

-- Up to when each source that serves an entity is known: a source that is down shows here.
known as (
    select
        source_system,
        max(known_at) as known_to
    from {{ ref('stg_ops_batches') }}
    where known_at is not null
    group by source_system
),

served as (
    select distinct
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
),

data_age as (
    select
        served.entity_id,
        jsonb_object_agg(served.source_system, known.known_to) as known_to_by_source
    from served
    inner join known on served.source_system = known.source_system
    group by served.entity_id
)

select
    entity.entity_id,
    entity.name,
    entity.parent_entity_id,
    entity.entity_type,
    entity.currency,
    entity.time_zone,
    entity.fiscal_calendar,
    entity.accruals,
    entity.payment_origin,
    entity.valid_to,
    coalesce(data_age.known_to_by_source, '{}'::jsonb) as known_to_by_source
from entity
left join data_age on entity.entity_id = data_age.entity_id
