{{ config(materialized='stable_view') }}

with purchase_order as (
    select * from {{ ref('int_purchase_orders') }}
)

select
    purchase_order_id,
    entity_id,
    vendor_key,
    correlation_id,
    source_system,
    po_number,
    vendor_number,
    buyer,
    status,
    payment_term_code,
    requisition_number,
    contract_number,
    freight_amount::numeric(20, 4) as freight_amount,
    other_amount::numeric(20, 4) as other_amount,
    currency,
    approved_by,
    ordered_at,
    approved_at,
    sent_at,
    issued_at,
    closed_at,
    _known_at as known_at
from purchase_order
