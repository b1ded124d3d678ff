{{
    config(
        meta={'touched_kind': 'receipt_line'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['po_number']},
        ],
    )
}}

with newest as (
    {{ newest_versions('receipt_line') }}
)

select
    {{ lineage() }},

    receipt_ref,
    receipt_number,
    entity_id,
    po_number,
    item_number,
    kind,
    unit,
    received_by,
    named_receipt_ref,
    packing_slip,
    lot,
    serial,
    location_code,
    source_ref,

    {{ to_integer('line_number') }} as line_number,
    {{ to_integer('po_line_number') }} as po_line_number,
    {{ to_quantity('qty') }} as qty,
    {{ to_quantity('accepted_qty') }} as accepted_qty,
    {{ to_quantity('rejected_qty') }} as rejected_qty,

    {{ to_timestamp('received_at') }} as received_at,
    {{ to_timestamp('posted_at') }} as posted_at
from newest
