{{
    config(
        meta={'touched_kind': 'item'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('item') }}
)

select
    {{ lineage() }},

    item_number,
    description,
    manufacturer,
    manufacturer_part,
    gtin,
    unspsc,
    category,
    base_unit,
    source_ref,
    vendor_number,
    vendor_part,

    {{ to_boolean('stocked') }} as stocked,
    {{ to_boolean('lot_controlled') }} as lot_controlled,
    {{ to_boolean('active') }} as active
from newest
