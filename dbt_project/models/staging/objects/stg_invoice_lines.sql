{{
    config(
        meta={'touched_kind': 'invoice_line'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['invoice_ref']},
        ],
    )
}}

with newest as (
    {{ newest_versions('invoice_line') }}
)

select
    {{ lineage() }},

    invoice_ref,
    kind,
    po_number,
    receipt_ref,
    credited_invoice_ref,
    item_number,
    vendor_part,
    description,
    unit,
    tax_code,
    account_code,
    cost_center_code,

    {{ to_integer('line_number') }} as line_number,
    {{ to_integer('po_line_number') }} as po_line_number,
    {{ to_integer('credited_line_number') }} as credited_line_number,
    {{ to_quantity('qty') }} as qty,
    {{ to_price('price') }} as price,
    {{ to_money('amount') }} as amount
from newest
