{{ config(materialized='stable_view') }}

with allocation as (
    select * from {{ ref('match_allocation') }}
)

select
    po_line_id,
    purchase_order_id,
    receipt_line_id,
    invoice_id,
    invoice_line_id,
    qty,
    method,
    sequence
from allocation
