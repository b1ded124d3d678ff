{{
    config(
        meta={'touched_kind': 'screening_alias'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('screening_alias') }}
)

select
    {{ lineage() }},

    list,
    entry_id,
    alias_id,
    kind,
    name,
    remarks
from newest
