{{ config(materialized='ephemeral') }}

select
    'BANK_DETAIL_CHANGED' as code,
    d.subject_id,
    d.match_unit_id,
    null as invoice_id,
    null as invoice_line_id,
    null as purchase_order_id,
    null as po_line_id,
    d.vendor_key,
    d.entity_id,
    null as item_category,
    false as is_posted,
    'an account that stayed, or a confirmed change' as expected,
    d.said as actual,
    null as limit_applied,
    null as policy_id,
    d.amount_at_risk,
    d.currency,
    null::boolean as blocks,
    d.subject_id as correlation_id,
    'Nobody confirmed by a call-back: ' || d.said || '.' as explanation
from {{ of_units(ref('match_bank_detail'), 'match_unit_id') }} as d
