{{ config(materialized='view') }}

with finding as (
    select
        invoice_id,
        invoice_line_id,
        is_released,
        explanation
        || coalesce(' Limit: ' || limit_applied || coalesce(', policy ' || policy_id, ', no policy fits') || '.', '')
            as explanation
    from {{ ref('match_finding') }}
    where blocking
),

-- What is said against the line, or against its invoice.
objection as (
    select
        l.invoice_line_id,
        {{ joined('case when not f.is_released then f.explanation end') }} as held,
        {{ joined('case when f.is_released then f.explanation end') }} as released
    from {{ ref('match_invoice_line') }} as l
    inner join finding as f
        on l.invoice_id = f.invoice_id and coalesce(f.invoice_line_id, l.invoice_line_id) = l.invoice_line_id
    where l.verdict in ('exception', 'released')
    group by l.invoice_line_id
),

since as (
    select
        subject_id,
        max(known_at) as verdict_since
    from {{ ref('match_verdict_log') }}
    where subject_type = 'invoice_line'
    group by subject_id
)

select
    l.*,
    case l.verdict
        when 'not_applicable'
            then
                case
                    when l.kind = 'credit' then 'A credit line is not matched itself; it reduces what it credits.'
                    when l.purchase_order_id is null then 'The invoice names no purchase order and needs no match.'
                    else 'Nothing is matched: the invoice is cancelled, or its PO line needs no match.'
                end
        when 'credited' then 'Credits have cancelled the whole quantity of this line.'
        when 'exception' then objection.held
        when 'awaiting_po'
            then
                'PO line ' || coalesce(l.po_line_id, l.purchase_order_id, 'none')
                || ' is not known yet; the line waits for it until ' || {{ minute_in_words('l.next_change_at') }} || '.'
        when 'awaiting_receipt'
            then
                {{ plain('l.unallocated_qty') }} || ' of ' || {{ plain('l.net_qty') }}
                || ' invoiced are not covered by receipts; the line waits for them until '
                || {{ minute_in_words('l.next_change_at') }} || '.'
        when 'released' then 'Released by a person: ' || coalesce(objection.released, 'receipts are not awaited.')
        when 'matched_in_tolerance'
            then
                {{ plain('l.net_qty') }} || ' at ' || {{ plain('l.invoice_unit_price') }} || ' against a PO price of '
                || {{ plain('l.po_unit_price') }} || ' (difference ' || {{ plain('l.price_variance_amount') }} || '), '
                || {{ plain('l.cum_invoiced') }} || ' invoiced of ' || {{ plain('l.ordered_qty') }} || ' ordered, '
                || {{ plain('l.unallocated_qty') }} || ' not received: within '
                || coalesce('policy ' || l.policy_id, 'the limits') || '.'
        else
            {{ plain('l.net_qty') }} || ' at ' || {{ plain('l.invoice_unit_price') }} || ' as ordered'
            || case when l.match_type in ('three_way', 'four_way') then ' and received' else '' end || ': '
            || {{ plain('l.cum_invoiced') }} || ' invoiced of ' || {{ plain('l.ordered_qty') }} || ' ordered.'
    end as explanation,
    since.verdict_since,
    case when l.verdict in ('matched', 'matched_in_tolerance') then since.verdict_since end as matched_at
from {{ ref('match_invoice_line') }} as l
left join objection on l.invoice_line_id = objection.invoice_line_id
left join since on l.invoice_line_id = since.subject_id
