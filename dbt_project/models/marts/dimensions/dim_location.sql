{{ config(materialized='stable_view') }}

with location as (
    select * from {{ ref('stg_locations') }}
)

select
    (location._source_system || ':' || location.location_code)::text as location_id,
    location.location_code,
    location.entity_id,
    location.name,
    location.location_type,
    location.gln,
    location._known_at as known_at
from location
where {{ from_system_of_record('location', 'location') }}
