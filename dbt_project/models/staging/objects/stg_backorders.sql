{{
    config(
        meta={'touched_kind': 'backorder'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('backorder') }}
)

select
    {{ lineage() }},

    backorder_ref,
    po_number,
    entity_id,
    unit,

    {{ to_integer('po_line_number') }} as po_line_number,
    {{ to_quantity('qty') }} as qty,

    {{ to_date('expected_date') }} as expected_date,

    {{ to_timestamp('at') }} as at
from newest
