{{
    config(
        meta={'touched_kind': 'tax_code'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('tax_code') }}
)

select
    {{ lineage() }},

    tax_code,

    {{ to_number('rate_pct') }} as rate_pct,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
