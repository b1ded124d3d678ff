{{
    config(
        meta={'touched_kind': 'sla'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('sla') }}
)

select
    {{ lineage() }},

    sla_id,
    subject,
    object,
    target,
    entity_id,

    {{ to_number('hours') }} as hours
from newest
