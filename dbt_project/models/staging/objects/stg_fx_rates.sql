{{
    config(
        meta={'touched_kind': 'fx_rate'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['from_currency', 'to_currency', 'rate_date']},
        ],
    )
}}

with newest as (
    {{ newest_versions('fx_rate') }}
)

select
    {{ lineage() }},

    from_currency,
    to_currency,

    {{ to_number('rate') }} as rate,

    {{ to_date('rate_date') }} as rate_date
from newest
