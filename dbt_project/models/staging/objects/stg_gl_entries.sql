{{
    config(
        meta={'touched_kind': 'gl_entry'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('gl_entry') }}
)

select
    {{ lineage() }},

    journal_ref,
    entity_id,
    account_code,
    cost_center_code,
    period,
    currency,
    document_type,
    document_ref,

    {{ to_integer('line_number') }} as line_number,
    {{ to_money('amount') }} as amount,

    {{ to_timestamp('posted_at') }} as posted_at
from newest
