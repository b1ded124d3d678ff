{{
    config(
        meta={'touched_kind': 'decision'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('decision') }}
)

select
    {{ lineage() }},

    decision_id,
    decision_type,
    subject_type,
    subject_id,
    decided_by,
    reason,
    detail,

    {{ to_timestamp('decided_at') }} as decided_at
from newest
