{{
    config(
        meta={'touched_kind': 'screening_address'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('screening_address') }}
)

select
    {{ lineage() }},

    list,
    entry_id,
    address_id,
    address,
    city,
    region,
    postal_code,
    country,
    remarks
from newest
