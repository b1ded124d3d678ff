{{ config(materialized='ephemeral') }}

-- Lines that anything can be said against, with the limits they were measured by.
with line as (
    select
        c.invoice_line_id,
        c.match_unit_id,
        c.invoice_id,
        c.purchase_order_id,
        c.po_line_id,
        c.kind,
        c.takes_part,
        c.match_type,
        c.vendor_key,
        c.invoice_vendor_key,
        c.po_vendor_key,
        c.entity_id,
        c.item_category,
        c.item_number,
        c.po_item_number,
        c.unit,
        c.po_unit,
        c.base_unit,
        c.ordered_qty,
        c.po_unit_price,
        c.amount,
        c.currency,
        c.invoice_date,
        c.closed_date,
        c.po_status,
        c.is_posted,
        c.is_vendor_mismatch,
        c.is_item_mismatch,
        c.is_unconvertible,
        c.correlation_id,
        k.policy_id,
        k.net_qty,
        k.net_received_qty,
        k.unallocated_qty,
        k.cum_invoiced,
        k.invoice_unit_price,
        k.price_variance,
        k.price_variance_amount,
        k.cum_price_over,
        k.cum_price_under,
        k.is_credited,
        k.is_price_over,
        k.is_price_under,
        k.is_over_ordered,
        k.is_po_due,
        k.is_receipt_due or (k.is_not_received and k.absence_is_accepted) as is_not_covered,
        -- an invoice that nobody expects is not compared with its order
        c.match_type <> 'receipt_only' as is_order_checked,
        c.match_type = 'four_way' and k.cum_invoiced <= k.net_received_qty as is_not_accepted,
        {%- for limit in line_limits() %}
        {{ chosen_limit(limit) }},
        {%- endfor %}
        coalesce(policy.price_under_blocks, false) as price_under_blocks,
        coalesce(policy.po_grace_hours, 24) as po_grace_hours,
        coalesce(
            c.purchase_order_id || ' line ' || substr(c.po_line_id, length(c.purchase_order_id) + 2),
            c.purchase_order_id,
            'none'
        ) as po_line_in_words
    from {{ ref('match_candidate_line') }} as c
    inner join {{ ref('match_line_check') }} as k on c.invoice_line_id = k.invoice_line_id
    left join {{ ref('int_policies') }} as policy on k.policy_id = policy.policy_id
    where
        not c.is_cancelled
        and not c.is_non_po
        and (
            k.is_price_over
            or k.is_price_under
            or k.is_over_ordered
            or k.is_receipt_due
            or (k.is_not_received and k.absence_is_accepted)
            or k.is_po_due
            or c.is_vendor_mismatch
            or c.is_item_mismatch
            or c.is_unconvertible
            or (
                c.kind = 'invoice'
                and (
                    (c.takes_part and c.match_type = 'receipt_only' and k.net_qty > 0)
                    or c.po_status = 'draft'
                    or c.closed_date < c.invoice_date
                )
            )
        )
),

line_finding as (
    select
        'PRICE_OVER' as code,
        {{ plain('l.po_unit_price') }} as expected,
        {{ plain('l.invoice_unit_price') }} as actual,
        'The invoice price of ' || {{ plain('l.invoice_unit_price') }} || ' per ' || coalesce(l.base_unit, 'unit')
        || ' is ' || {{ plain('l.price_variance') }} || ' over the PO price of ' || {{ plain('l.po_unit_price') }}
        || ': ' || {{ money('l.price_variance_amount') }} || ' on this line, ' || {{ money('l.cum_price_over') }}
        || ' in all.' as explanation,
        l.invoice_line_id,
        {{ limits_in_words('l.price_over_pct', 'l.price_over_amount', ' in all') }} as limit_applied,
        abs(l.price_variance_amount) as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.is_price_over

    union all

    select
        'PRICE_UNDER' as code,
        {{ plain('l.po_unit_price') }} as expected,
        {{ plain('l.invoice_unit_price') }} as actual,
        'The invoice price of ' || {{ plain('l.invoice_unit_price') }} || ' per ' || coalesce(l.base_unit, 'unit')
        || ' is ' || {{ plain('-l.price_variance') }} || ' under the PO price of ' || {{ plain('l.po_unit_price') }}
        || ': ' || {{ money('-l.price_variance_amount') }} || ' on this line, ' || {{ money('l.cum_price_under') }}
        || ' in all.' as explanation,
        l.invoice_line_id,
        {{ limits_in_words('l.price_under_pct', 'l.price_under_amount', ' in all') }} as limit_applied,
        abs(l.price_variance_amount) as amount_at_risk,
        l.price_under_blocks as blocks
    from line as l
    where l.is_price_under

    union all

    select
        'QTY_ORDERED' as code,
        {{ plain('l.ordered_qty') }} as expected,
        {{ plain('l.cum_invoiced') }} as actual,
        'With this line ' || {{ plain('l.cum_invoiced') }} || ' ' || coalesce(l.base_unit, 'units')
        || ' are invoiced, ' || {{ plain('l.cum_invoiced - l.ordered_qty') }} || ' more than the '
        || {{ plain('l.ordered_qty') }} || ' ordered.' as explanation,
        l.invoice_line_id,
        {{ limits_in_words('l.qty_ordered_over_pct', 'l.qty_ordered_over_qty', '') }} as limit_applied,
        round(least(l.cum_invoiced - l.ordered_qty, l.net_qty) * l.invoice_unit_price, 2) as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.is_over_ordered

    union all

    select
        case when l.is_not_accepted then 'QTY_ACCEPTED' else 'QTY_RECEIVED' end as code,
        '0' as expected,
        {{ plain('l.unallocated_qty') }} as actual,
        {{ plain('l.unallocated_qty') }} || ' of the ' || {{ plain('l.net_qty') }} || ' '
        || coalesce(l.base_unit, 'units') || ' invoiced are not covered by '
        || case when l.is_not_accepted then 'accepted goods' else 'receipts' end || '; '
        || {{ plain('l.net_received_qty') }} || ' were received on the PO line in all.' as explanation,
        l.invoice_line_id,
        {{ limits_in_words('l.qty_received_over_pct', 'l.qty_received_over_qty', '') }} as limit_applied,
        round(l.unallocated_qty * l.invoice_unit_price, 2) as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.is_not_covered

    union all

    select
        'UNEXPECTED_INVOICE' as code,
        'no invoice' as expected,
        'an invoice' as actual,
        'PO line ' || l.po_line_in_words || ' is paid by its receipts; no invoice is due.' as explanation,
        l.invoice_line_id,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.kind = 'invoice' and l.takes_part and l.match_type = 'receipt_only' and l.net_qty > 0

    union all

    select
        'PO_NOT_FOUND' as code,
        'a known PO line' as expected,
        l.po_line_in_words as actual,
        'The line names PO line ' || l.po_line_in_words || ', which is not known ' || l.po_grace_hours
        || ' hours after the invoice was received.' as explanation,
        l.invoice_line_id,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.is_po_due

    union all

    select
        {{ order_is_draft('l') }},
        l.invoice_line_id,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.kind = 'invoice' and l.po_status = 'draft' and l.is_order_checked and not l.is_credited

    union all

    select
        {{ order_was_closed('l', "'PO line ' || l.po_line_in_words") }},
        l.invoice_line_id,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.kind = 'invoice' and l.closed_date < l.invoice_date and l.is_order_checked and not l.is_credited

    union all

    select
        {{ vendors_differ('l') }},
        l.invoice_line_id,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.is_vendor_mismatch

    union all

    select
        'ITEM_MISMATCH' as code,
        l.po_item_number as expected,
        l.item_number as actual,
        'Item ' || l.item_number || ' is invoiced; ' || l.po_item_number
        || ' was ordered and the other is no approved substitute.' as explanation,
        l.invoice_line_id,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.is_item_mismatch

    union all

    select
        'UOM_UNCONVERTIBLE' as code,
        coalesce(l.base_unit, l.po_unit) as expected,
        l.unit as actual,
        'Unit ' || coalesce(l.unit, 'none') || ' cannot be converted to ' || coalesce(l.base_unit, l.po_unit, 'none')
        || ' for this item.' as explanation,
        l.invoice_line_id,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks
    from line as l
    where l.is_unconvertible
)

select
    f.code,
    {{ on_invoice_line('l') }},
    f.expected,
    f.actual,
    f.limit_applied,
    case when f.limit_applied is not null then l.policy_id end as policy_id,
    f.amount_at_risk,
    f.blocks,
    f.explanation
from line_finding as f
inner join line as l on f.invoice_line_id = l.invoice_line_id
