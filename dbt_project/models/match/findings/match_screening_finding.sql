{{ config(materialized='ephemeral') }}

select
    'SCREENING_HIT' as code,
    s.subject_id,
    s.match_unit_id,
    null as invoice_id,
    null as invoice_line_id,
    null as purchase_order_id,
    null as po_line_id,
    s.vendor_key,
    s.entity_id,
    null as item_category,
    false as is_posted,
    'on no list, or cleared by compliance' as expected,
    s.entries as actual,
    s.threshold::text as limit_applied,
    null as policy_id,
    s.amount_at_risk,
    s.currency,
    null::boolean as blocks,
    s.subject_id as correlation_id,
    s.said || '.' as explanation
from {{ of_units(ref('match_screening'), 'match_unit_id') }} as s
