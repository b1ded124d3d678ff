{{
    config(
        meta={'touched_kind': 'payment_status'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('payment_status') }}
)

select
    {{ lineage() }},

    status_ref,
    end_to_end_id,
    status,
    reason_code,
    level,
    message_ref,
    group_ref,
    instruction_id,
    detail,

    {{ to_timestamp('at') }} as at
from newest
