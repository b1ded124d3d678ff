{{
    config(
        meta={'touched_kind': 'inventory_count'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ["(_source_system || ':' || item_number || ':' || location_code)"]},
        ],
    )
}}

with newest as (
    {{ newest_versions('inventory_count') }}
)

select
    {{ lineage() }},

    count_ref,
    entity_id,
    item_number,
    location_code,
    unit,

    {{ to_quantity('counted_qty') }} as counted_qty,
    {{ to_quantity('system_qty') }} as system_qty,

    {{ to_timestamp('at') }} as at
from newest
