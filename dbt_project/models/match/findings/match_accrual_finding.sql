{{ config(materialized='ephemeral') }}

with po_line as (
    select
        l.*,
        p.hours
    from {{ of_units(ref('match_po_line'), 'purchase_order_id') }} as l
    inner join {{ ref('int_entity_promises') }} as p
        on l.entity_id = p.entity_id and p.subject = 'accrual_age' and p.accruals
    where l.open_receipt_qty > 0 and l.match_type in ('three_way', 'four_way')
),

invoiced as (
    select
        a.receipt_line_id,
        sum(a.qty) as qty
    from {{ ref('match_allocation') }} as a
    inner join po_line on a.po_line_id = po_line.po_line_id
    where a.receipt_line_id is not null
    group by a.receipt_line_id
),

-- What of each receipt nobody has billed, once it is older than the limit.
aged as (
    select
        r.po_line_id,
        min(r.received_at) as received_since,
        sum(r.net_qty - coalesce(invoiced.qty, 0)) as qty
    from {{ ref('match_net_receipt') }} as r
    inner join po_line on r.po_line_id = po_line.po_line_id
    left join invoiced on r.receipt_line_id = invoiced.receipt_line_id
    where
        r.net_qty > coalesce(invoiced.qty, 0)
        and {{ hours_after('r.received_at', 'po_line.hours') }} <= {{ as_of() }}
    group by r.po_line_id
)

select
    'ACCRUAL_AGED' as code,
    {{ on_order_line('l') }},
    '0' as expected,
    {{ plain('aged.qty') }} as actual,
    {{ plain('l.hours / 24') }} || ' days' as limit_applied,
    null as policy_id,
    round(aged.qty * l.po_unit_price, 2) as amount_at_risk,
    null::boolean as blocks,
    {{ plain('aged.qty') }} || ' received since ' || {{ utc_date('aged.received_since') }}
    || ' are not invoiced after ' || {{ plain('l.hours / 24') }} || ' days: ' || l.currency || ' '
    || round(aged.qty * l.po_unit_price, 2) || ' accrued.' as explanation
from po_line as l
inner join aged on l.po_line_id = aged.po_line_id
