{{
    config(
        meta={'touched_kind': 'cost_center'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('cost_center') }}
)

select
    {{ lineage() }},

    cost_center_code,
    entity_id,
    name,

    {{ to_boolean('active') }} as active
from newest
