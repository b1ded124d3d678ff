{{
    config(
        meta={'touched_kind': 'payment_invoice'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('payment_invoice') }}
)

select
    {{ lineage() }},

    payment_ref,
    invoice_ref,

    {{ to_money('amount') }} as amount,
    {{ to_money('discount_amount') }} as discount_amount
from newest
