{{
    config(
        meta={'touched_kind': 'purchase_order_line'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['po_number']},
        ],
    )
}}

with newest as (
    {{ newest_versions('purchase_order_line') }}
)

select
    {{ lineage() }},

    po_number,
    entity_id,
    item_number,
    vendor_part,
    description,
    basis,
    unit,
    currency,
    tax_code,
    location_code,
    cost_center_code,
    account_code,
    requisition_number,
    requester,
    contract_number,
    match_type,
    status,

    {{ to_integer('line_number') }} as line_number,
    {{ to_quantity('ordered_qty') }} as ordered_qty,
    {{ to_quantity('cancelled_qty') }} as cancelled_qty,
    {{ to_price('price') }} as price,
    {{ to_money('amount') }} as amount,

    {{ to_date('need_by_date') }} as need_by_date,

    {{ to_timestamp('closed_at') }} as closed_at
from newest
