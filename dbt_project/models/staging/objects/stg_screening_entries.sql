{{
    config(
        meta={'touched_kind': 'screening_entry'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('screening_entry') }}
)

select
    {{ lineage() }},

    list,
    entry_id,
    name,
    kind,
    program,
    title,
    remarks,

    {{ to_date('listed_on') }} as listed_on
from newest
