{{
    config(
        meta={'touched_kind': 'approval'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['_source_system', 'invoice_ref']},
        ],
    )
}}

with newest as (
    {{ newest_versions('approval') }}
)

select
    {{ lineage() }},

    approval_ref,
    invoice_ref,
    approver,
    decision,
    currency,

    {{ to_money('amount') }} as amount,

    {{ to_timestamp('decided_at') }} as decided_at
from newest
