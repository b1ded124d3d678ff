{{
    config(
        meta={'touched_kind': 'bank_entry'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('bank_entry') }}
)

select
    {{ lineage() }},

    statement_ref,
    {{ bank_entry_columns() }}
from newest
