{{
    config(
        meta={'touched_kind': 'system_of_record'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('system_of_record') }}
)

select
    {{ lineage() }},

    entity_id,
    object,
    source_system,
    role,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
