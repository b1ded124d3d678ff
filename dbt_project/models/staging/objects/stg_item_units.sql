{{
    config(
        meta={'touched_kind': 'item_unit'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('item_unit') }}
)

select
    {{ lineage() }},

    item_number,
    unit,
    gtin,
    of_unit,
    entity_id,
    vendor_number,

    {{ to_number('factor') }} as factor,
    {{ to_number('factor_denominator') }} as factor_denominator
from newest
