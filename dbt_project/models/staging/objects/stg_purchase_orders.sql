{{
    config(
        meta={'touched_kind': 'purchase_order'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['po_number']},
        ],
    )
}}

with newest as (
    {{ newest_versions('purchase_order') }}
)

select
    {{ lineage() }},

    po_number,
    entity_id,
    vendor_number,
    buyer,
    status,
    approved_by,
    currency,
    match_type,
    payment_term_code,
    requisition_number,
    contract_number,

    {{ to_money('freight_amount') }} as freight_amount,
    {{ to_money('other_amount') }} as other_amount,

    {{ to_timestamp('ordered_at') }} as ordered_at,
    {{ to_timestamp('approved_at') }} as approved_at,
    {{ to_timestamp('sent_at') }} as sent_at,
    {{ to_timestamp('closed_at') }} as closed_at
from newest
