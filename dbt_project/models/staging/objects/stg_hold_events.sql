{{
    config(
        meta={'touched_kind': 'hold_event'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['invoice_ref']},
        ],
    )
}}

with newest as (
    {{ newest_versions('hold_event') }}
)

select
    {{ lineage() }},

    event_ref,
    invoice_ref,
    code,
    event,
    by_user,
    touch,
    reason,
    actual,

    {{ to_integer('line_number') }} as line_number,

    {{ to_timestamp('at') }} as at
from newest
