{{
    config(
        meta={'touched_kind': 'approval_matrix'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('approval_matrix') }}
)

select
    {{ lineage() }},

    rule_id,
    entity_id,
    approver,
    currency,
    limit_amount,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
