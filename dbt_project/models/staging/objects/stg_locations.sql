{{
    config(
        meta={'touched_kind': 'location'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('location') }}
)

select
    {{ lineage() }},

    location_code,
    entity_id,
    name,
    location_type,
    gln
from newest
