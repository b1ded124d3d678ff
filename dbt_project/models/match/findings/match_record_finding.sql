{{ config(materialized='ephemeral') }}

with record_finding as (
    select
        case when c.is_present then 'SYNC_DIFFERENT' else 'SYNC_MISSING' end as code,
        c.copy_id,
        c.purchase_order_id,
        'an equal copy' as expected,
        coalesce(c.differing_fields, 'none') as actual,
        'Purchase order ' || c.po_number || case
            when c.is_present then ' differs in ' || c.target || ': ' || c.differing_fields
            else ' is missing in ' || c.target
        end || '; the copy was due at ' || {{ minute_in_words('c.due_at') }} || '.' as explanation
    from {{ of_units(ref('int_copies'), 'purchase_order_id') }} as c
    -- what the target holds after it was read last is not known
    inner join {{ ref('int_copy_readings') }} as reading
        on c.target = reading.source_system and reading.object = 'purchase_order'
    where not c.is_equal and c.po_status in ('approved', 'sent') and c.due_at <= reading.read_to
)

select
    f.code,
    f.copy_id as subject_id,
    null as po_line_id,
    null as item_category,
    {{ on_order('o') }},
    f.expected,
    f.actual,
    null as limit_applied,
    null as policy_id,
    0 as amount_at_risk,
    null::boolean as blocks,
    f.explanation
from record_finding as f
inner join {{ ref('int_purchase_orders') }} as o on f.purchase_order_id = o.purchase_order_id
