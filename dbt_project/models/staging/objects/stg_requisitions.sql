{{
    config(
        meta={'touched_kind': 'requisition'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('requisition') }}
)

select
    {{ lineage() }},

    requisition_number,
    entity_id,
    requester,
    item_number,
    unit,
    status,

    {{ to_integer('line_number') }} as line_number,
    {{ to_quantity('qty') }} as qty,

    {{ to_timestamp('requested_at') }} as requested_at
from newest
