{{ config(materialized='ephemeral') }}

with po_line as (
    select p.*
    from {{ of_units(ref('match_po_line'), 'purchase_order_id') }} as p
    where
        p.net_received_qty <> p.ordered_qty
        or p.rejected_qty > 0
        or p.excess_return_qty > 0
        or p.excess_credit_amount > 0
        or p.excess_credit_qty > 0
),

po_line_finding as (
    select
        'RECEIPT_SHORT' as code,
        p.po_line_id,
        {{ plain('p.ordered_qty') }} as expected,
        {{ plain('p.net_received_qty') }} as actual,
        p.ordered_qty - p.net_received_qty as qty,
        null::numeric as amount,
        'The line is closed and ' || {{ plain('p.net_received_qty') }} || ' of ' || {{ plain('p.ordered_qty') }}
        || ' ordered were received.' as explanation
    from po_line as p
    where
        p.is_closed
        and p.net_received_qty < p.ordered_qty
        and p.match_type in ('three_way', 'four_way', 'receipt_only')

    union all

    select
        'RECEIPT_OVER' as code,
        p.po_line_id,
        {{ plain('p.ordered_qty') }} as expected,
        {{ plain('p.net_received_qty') }} as actual,
        p.net_received_qty - p.ordered_qty as qty,
        null::numeric as amount,
        {{ plain('p.net_received_qty') }} || ' were received, ' || {{ plain('p.net_received_qty - p.ordered_qty') }}
        || ' more than ordered.' as explanation
    from po_line as p
    where p.net_received_qty > p.ordered_qty

    union all

    select
        'RECEIPT_REJECTED' as code,
        p.po_line_id,
        '0' as expected,
        {{ plain('p.rejected_qty') }} as actual,
        p.rejected_qty as qty,
        null::numeric as amount,
        {{ plain('p.rejected_qty') }} || ' of ' || {{ plain('p.received_qty') }}
        || ' received were rejected on inspection.' as explanation
    from po_line as p
    where p.rejected_qty > 0

    union all

    select
        'RETURN_EXCEEDS_RECEIPT' as code,
        p.po_line_id,
        {{ plain('p.received_qty') }} as expected,
        {{ plain('p.returned_qty') }} as actual,
        p.excess_return_qty as qty,
        null::numeric as amount,
        {{ plain('p.returned_qty') }} || ' were returned, ' || {{ plain('p.excess_return_qty') }}
        || ' more than received.' as explanation
    from po_line as p
    where p.excess_return_qty > 0

    union all

    select
        'CREDIT_EXCEEDS_INVOICE' as code,
        p.po_line_id,
        '0' as expected,
        {{ plain('p.excess_credit_amount') }} as actual,
        null::numeric as qty,
        p.excess_credit_amount as amount,
        'Credits of ' || {{ money('p.excess_credit_amount') }} || ' find no invoice line to reduce.' as explanation
    from po_line as p
    where p.excess_credit_qty > 0 or p.excess_credit_amount > 0
)

select
    f.code,
    {{ on_order_line('p') }},
    f.expected,
    f.actual,
    null as limit_applied,
    null as policy_id,
    coalesce(f.amount, round(f.qty * p.po_unit_price, 2)) as amount_at_risk,
    null::boolean as blocks,
    f.explanation
from po_line_finding as f
inner join po_line as p on f.po_line_id = p.po_line_id
