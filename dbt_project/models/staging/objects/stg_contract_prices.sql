{{
    config(
        meta={'touched_kind': 'contract_price'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('contract_price') }}
)

select
    {{ lineage() }},

    contract_number,
    item_number,
    unit,
    vendor_number,
    vendor_name,
    entity_id,
    currency,
    tier,
    gpo,

    {{ to_price('price') }} as price,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
