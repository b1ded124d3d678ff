{{
    config(
        meta={'touched_kind': 'vendor'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('vendor') }}
)

select
    {{ lineage() }},

    vendor_number,
    entity_id,
    name,
    tax_id_token,
    tax_id_last4,
    status,
    payment_term_code,
    currency,
    address,
    city,
    postal_code,
    country,
    phone,
    email,
    gln,
    duns,
    default_account_code,
    default_cost_center_code,
    source_ref,
    source_ref_system,

    {{ to_date('inactive_from') }} as inactive_from
from newest
