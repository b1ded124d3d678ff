{{
    config(
        meta={'touched_kind': 'vendor_bank_account'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('vendor_bank_account') }}
)

select
    {{ lineage() }},

    vendor_number,
    account_ref,
    account_number_token,
    account_number_last4,
    routing_number,
    currency,
    changed_by,
    account_fault,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
