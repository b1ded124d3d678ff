{{ config(materialized='view') }}

with finding as (
    select
        invoice_id,
        invoice_line_id,
        code,
        blocking,
        is_released,
        explanation || case
            when limit_applied is null then ''
            when policy_id is null then ' No policy fits, so nothing is allowed.'
            else ' Policy ' || policy_id || ' allows ' || limit_applied || '.'
        end as explanation,
        coalesce(released_by, 'a person') || coalesce(' (' || release_reason || ')', '') as released_by
    from {{ ref('match_finding') }}
    where code <> 'RECOVERY_DUE'
),

-- What is said against the line, or against its invoice.
objection as (
    select
        l.invoice_line_id,
        {{ joined('case when f.blocking and not f.is_released then f.explanation end', "' '") }} as held,
        {{ joined(
            "case when f.blocking and f.is_released then 'Released by ' || f.released_by || ': ' || f.explanation end", "' '"
        ) }} as released,
        {{ joined('case when not f.blocking then f.explanation end', "' '") }} as noted,
        max(case when f.code in ('PRICE_OVER', 'PRICE_UNDER') then 1 else 0 end) = 1 as speaks_of_price
    from {{ ref('match_invoice_line') }} as l
    inner join finding as f
        on
            l.invoice_id = f.invoice_id
            and (l.invoice_line_id = f.invoice_line_id or (f.invoice_line_id is null and f.blocking))
    where l.verdict in ('exception', 'released', 'matched_in_tolerance', 'matched')
    group by l.invoice_line_id
),

since as (
    select
        subject_id,
        max(known_at) as verdict_since
    from {{ ref('match_verdict_log') }}
    where subject_type = 'invoice_line'
    group by subject_id
),

line as (
    select
        l.*,
        i.is_cancelled,
        case l.match_type
            when 'two_way' then 'Two-way match'
            when 'three_way' then 'Three-way match'
            when 'four_way' then 'Four-way match'
        end as rule,
        coalesce(' ' || po.base_unit, '') as unit,
        coalesce('policy ' || l.policy_id, 'no policy') as policy,
        coalesce(p.receipt_grace_days, 0) as receipt_grace_days,
        coalesce(p.po_grace_hours, 24) as po_grace_hours,
        -- the direction in which the price differs has its own limits
        case
            when l.price_variance_amount > 0
                then {{ limits_in_words('p.price_over_pct', 'p.price_over_amount', ' in all') }}
            else {{ limits_in_words('p.price_under_pct', 'p.price_under_amount', ' in all') }}
        end as price_limit,
        {{ limits_in_words('p.qty_ordered_over_pct', 'p.qty_ordered_over_qty', '') }} as ordered_limit,
        {{ limits_in_words('p.qty_received_over_pct', 'p.qty_received_over_qty', '') }} as received_limit
    from {{ ref('match_invoice_line') }} as l
    inner join {{ ref('int_invoices') }} as i on l.invoice_id = i.invoice_id
    left join {{ ref('int_purchase_order_lines') }} as po on l.po_line_id = po.po_line_id
    left join {{ ref('int_policies') }} as p on l.policy_id = p.policy_id
),

-- What differs and is allowed: each difference with its limit, unless a finding that does not block speaks of it.
tolerated as (
    select
        line.invoice_line_id,
        concat_ws(
            ' ',
            case
                when line.price_variance_amount <> 0 and not coalesce(objection.speaks_of_price, false)
                    then
                        {{ plain('line.net_qty') }} || line.unit || ' at ' || {{ plain('line.invoice_unit_price') }}
                        || ' against a PO price of ' || {{ plain('line.po_unit_price') }} || ', '
                        || abs(round(line.price_variance_amount, 2))
                        || case when line.price_variance_amount > 0 then ' more' else ' less' end
                        || ': within ' || line.policy || ': ' || line.price_limit || '.'
            end,
            case
                when line.cum_invoiced > line.ordered_qty
                    then
                        {{ plain('line.cum_invoiced') }} || line.unit || ' invoiced in all of '
                        || {{ plain('line.ordered_qty') }} || ' ordered: within ' || line.policy || ': '
                        || line.ordered_limit || '.'
            end,
            case
                when line.unallocated_qty > 0
                    then
                        {{ plain('line.unallocated_qty') }} || line.unit || ' of ' || {{ plain('line.net_qty') }}
                        || ' invoiced not received: within ' || line.policy || ': ' || line.received_limit || '.'
            end,
            objection.noted
        ) as explanation
    from line
    left join objection on line.invoice_line_id = objection.invoice_line_id
    where line.verdict = 'matched_in_tolerance'
)

select
    l.*,
    case l.verdict
        when 'not_applicable'
            then
                case
                    when l.kind = 'credit' then 'A credit line is not matched itself; it reduces what it credits.'
                    when line.is_cancelled then 'The invoice is cancelled; nothing is matched.'
                    when l.purchase_order_id is null then 'The invoice names no purchase order and needs no match.'
                    else 'Its PO line is of match type none and needs no match.'
                end
        when 'credited' then 'Credits have cancelled the whole quantity of this line.'
        when 'exception' then objection.held
        when 'awaiting_po'
            then
                'PO line ' || coalesce(l.po_line_id, l.purchase_order_id, 'none')
                || ' is not known yet; the line waits for it until ' || {{ minute_in_words('l.next_change_at') }}
                || ': ' || line.policy || ', ' || line.po_grace_hours || ' hours.'
        when 'awaiting_receipt'
            then
                {{ plain('l.unallocated_qty') }} || line.unit || ' of ' || {{ plain('l.net_qty') }}
                || ' invoiced are not covered by receipts; the line waits for them until '
                || {{ minute_in_words('l.next_change_at') }} || ': ' || line.policy || ', '
                || line.receipt_grace_days || ' days.'
        when 'released' then coalesce(objection.released, 'A person accepted that goods were not received.')
        when 'matched_in_tolerance' then line.rule || ' in tolerance. ' || tolerated.explanation
        else
            line.rule || ': ' || {{ plain('l.net_qty') }} || line.unit || ' at '
            || {{ plain('l.invoice_unit_price') }} || ' as ordered' || case l.match_type
                when 'three_way' then ' and received'
                when 'four_way' then ', received and accepted'
                else ''
            end || '; ' || {{ plain('l.cum_invoiced') }} || ' invoiced in all of ' || {{ plain('l.ordered_qty') }}
            || ' ordered. No tolerance of ' || line.policy || ' was needed.' || coalesce(' ' || objection.noted, '')
    end as explanation,
    since.verdict_since,
    case when l.verdict in ('matched', 'matched_in_tolerance') then since.verdict_since end as matched_at
from {{ ref('match_invoice_line') }} as l
inner join line on l.invoice_line_id = line.invoice_line_id
left join objection on l.invoice_line_id = objection.invoice_line_id
left join tolerated on l.invoice_line_id = tolerated.invoice_line_id
left join since on l.invoice_line_id = since.subject_id
