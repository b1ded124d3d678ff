{{
    config(
        meta={'touched_kind': 'delegation'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('delegation') }}
)

select
    {{ lineage() }},

    delegation_id,
    approver,
    delegate,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
