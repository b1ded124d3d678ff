{{
    config(
        meta={'touched_kind': 'inventory_movement'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('inventory_movement') }}
)

select
    {{ lineage() }},

    movement_ref,
    entity_id,
    item_number,
    location_code,
    movement_type,
    unit,

    {{ to_quantity('qty') }} as qty,

    {{ to_timestamp('at') }} as at
from newest
