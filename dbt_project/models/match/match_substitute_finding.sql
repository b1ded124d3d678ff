{{ config(materialized='ephemeral') }}

-- Recorded, not in doubt: nothing is at risk.
with line as (
    select c.*
    from {{ ref('match_candidate_line') }} as c
    inner join {{ ref('match_line_check') }} as k on c.invoice_line_id = k.invoice_line_id
    where c.kind = 'invoice' and c.is_substitute and not c.is_cancelled and not k.is_credited
)

select
    'SUBSTITUTE_ITEM' as code,
    invoice_line_id as subject_id,
    match_unit_id,
    invoice_id,
    invoice_line_id,
    purchase_order_id,
    po_line_id,
    vendor_key,
    entity_id,
    item_category,
    is_posted,
    po_item_number as expected,
    item_number as actual,
    null as limit_applied,
    null as policy_id,
    0 as amount_at_risk,
    po_currency as currency,
    null::boolean as blocks,
    null as root_cause,
    correlation_id,
    'Item ' || item_number || ' is invoiced in place of ' || po_item_number || ': an approved substitute.'
        as explanation
from line
