{{
    config(
        meta={'touched_kind': 'payment_term'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('payment_term') }}
)

select
    {{ lineage() }},

    payment_term_code,
    description,

    {{ to_integer('net_days') }} as net_days,
    {{ to_integer('discount_days') }} as discount_days,
    {{ to_number('discount_pct') }} as discount_pct
from newest
