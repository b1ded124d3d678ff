{{ config(materialized='ephemeral') }}

-- Receipts that the ERP of their order should have posted. Returns are posted when the supplier credits them.
with receipt as (
    select
        r.*,
        o.vendor_key,
        o.currency,
        o.correlation_id,
        po.item_category,
        p.hours,
        reading.read_to,
        {{ hours_after('r.received_at', 'p.hours') }} as due_at
    from {{ of_units(ref('int_receipt_lines'), 'purchase_order_id') }} as r
    inner join {{ ref('int_purchase_orders') }} as o on r.purchase_order_id = o.purchase_order_id
    inner join {{ ref('int_entity_promises') }} as p
        on r.entity_id = p.entity_id and p.subject = 'receipt_posting'
    inner join {{ ref('int_systems_of_record') }} as s
        on
            r.entity_id = s.entity_id
            and s.object = 'receipt_line'
            and s.role = 'copy'
            and o.source_system = s.source_system
            and {{ utc_date('r.received_at') }} between s.valid_from and s.valid_to
    left join {{ ref('int_copy_readings') }} as reading
        on o.source_system = reading.source_system and reading.object = 'receipt_line'
    left join {{ ref('int_purchase_order_lines') }} as po on r.po_line_id = po.po_line_id
    where r.kind = 'receipt'
)

select
    'RECEIPT_LATE_POSTED' as code,
    receipt_line_id as subject_id,
    po_line_id,
    item_category,
    {{ on_order('receipt') }},
    {{ minute_in_words('due_at') }} as expected,
    coalesce({{ minute_in_words('erp_posted_at') }}, 'not posted') as actual,
    {{ plain('hours') }} || ' hours' as limit_applied,
    null as policy_id,
    0 as amount_at_risk,
    null::boolean as blocks,
    'Receipt ' || receipt_ref || ' came on ' || {{ minute_in_words('received_at') }} || ' and '
    || coalesce('was posted in the ERP on ' || {{ minute_in_words('erp_posted_at') }}, 'is not posted in the ERP')
    || '; it was due on ' || {{ minute_in_words('due_at') }} || ', ' || {{ plain('hours') }} || ' hours later.'
        as explanation
from receipt
-- what the ERP posted after it was read last is not known
where erp_posted_at > due_at or (erp_posted_at is null and due_at <= read_to)
