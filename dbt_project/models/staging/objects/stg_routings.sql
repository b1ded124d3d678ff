{{
    config(
        meta={'touched_kind': 'routing'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('routing') }}
)

select
    {{ lineage() }},

    route_id,
    code,
    entity_id,
    item_category,
    owner_role,
    owner,
    escalate_to,

    {{ to_integer('escalate_after_days') }} as escalate_after_days
from newest
