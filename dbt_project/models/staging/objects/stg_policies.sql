{{
    config(
        meta={'touched_kind': 'policy'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('policy') }}
)

select
    {{ lineage() }},

    policy_id,
    entity_id,
    vendor_key,
    item_category,
    match_type,
    currency,
    price_over_pct,
    price_over_amount,
    price_under_pct,
    price_under_amount,
    qty_ordered_over_pct,
    qty_ordered_over_qty,
    qty_received_over_pct,
    qty_received_over_qty,
    tax_over_pct,
    tax_over_amount,
    tax_under_pct,
    tax_under_amount,
    freight_over_pct,
    freight_over_amount,
    freight_under_pct,
    freight_under_amount,
    other_over_pct,
    other_over_amount,
    other_under_pct,
    other_under_amount,
    total_amount,
    header_over_pct,
    header_over_amount,
    header_under_pct,
    header_under_amount,
    stock_pct,
    stock_qty,
    early_days,
    late_days,
    prepared_by,
    approved_by,

    {{ to_integer('receipt_grace_days') }} as receipt_grace_days,
    {{ to_integer('po_grace_hours') }} as po_grace_hours,

    {{ to_boolean('price_under_blocks') }} as price_under_blocks,
    {{ to_boolean('amount_under_blocks') }} as amount_under_blocks,
    {{ to_boolean('tax_blocks') }} as tax_blocks,
    {{ to_boolean('charge_blocks') }} as charge_blocks,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
