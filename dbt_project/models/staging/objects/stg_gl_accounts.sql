{{
    config(
        meta={'touched_kind': 'gl_account'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('gl_account') }}
)

select
    {{ lineage() }},

    account_code,
    entity_id,
    name,
    account_type,
    control_type,

    {{ to_boolean('active') }} as active
from newest
