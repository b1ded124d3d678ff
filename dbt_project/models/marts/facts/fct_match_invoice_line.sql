{{ config(materialized='stable_view') }}

with explained as (
    select * from {{ ref('match_invoice_line_explained') }}
)

select
    invoice_line_id,
    invoice_id,
    po_line_id,
    purchase_order_id,
    entity_id,
    vendor_key,
    item_category,
    match_type,
    kind,
    verdict,
    takes_part,
    net_qty,
    allocated_qty,
    unallocated_qty,
    cum_invoiced,
    ordered_qty::numeric(18, 6) as ordered_qty,
    net_received_qty,
    po_unit_price,
    invoice_unit_price,
    price_variance,
    price_variance_amount,
    contract_number,
    contract_unit_price,
    case
        when contract_unit_price is not null
            then round(greatest(0, invoice_unit_price - contract_unit_price) * net_qty, 2)
    end::numeric(20, 4) as contract_leakage_amount,
    amount::numeric(20, 4) as amount,
    currency,
    policy_id,
    policy_hash,
    explanation,
    next_change_at,
    verdict_since,
    matched_at
from explained
