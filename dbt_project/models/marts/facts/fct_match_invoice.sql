{{ config(materialized='stable_view') }}

with matched as (
    select * from {{ ref('match_invoice') }}
)

select
    invoice_id,
    entity_id,
    vendor_key,
    verdict,
    touchless,
    blocking_holds,
    open_holds,
    amount_at_risk,
    currency,
    next_change_at
from matched
