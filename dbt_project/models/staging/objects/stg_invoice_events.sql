{{
    config(
        meta={'touched_kind': 'invoice_event'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['invoice_ref']},
        ],
    )
}}

with newest as (
    {{ newest_versions('invoice_event') }}
)

select
    {{ lineage() }},

    event_ref,
    invoice_ref,
    from_status,
    to_status,
    by_user,
    touch,

    {{ to_timestamp('at') }} as at
from newest
