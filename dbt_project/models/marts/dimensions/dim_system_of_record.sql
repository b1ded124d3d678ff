{{ config(materialized='stable_table') }}

with configured as (
    select * from {{ ref('int_systems_of_record') }}
)

select
    entity_id,
    object,
    source_system,
    role,
    valid_from,
    valid_to,
    recency
from configured
