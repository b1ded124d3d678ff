{{ config(materialized='ephemeral') }}

with duplicate as (
    select
        d.*,
        i.purchase_order_id,
        i.entity_id,
        i.is_posted,
        i.currency,
        i.correlation_id,
        'invoice ' || coalesce(d.original_number, 'without number') || ' of ' || d.original_date || ' over '
        || {{ money('d.original_gross_amount') }} || ' ' || i.currency || ' (' || d.original_invoice_id || ')'
            as original_in_words
    from {{ of_units(ref('match_duplicate'), 'invoice_id') }} as d
    inner join {{ ref('int_invoices') }} as i on d.invoice_id = i.invoice_id
    where d.original_invoice_id is not null
),

-- A duplicate's hold clears when credits have cancelled all its lines.
held_line as (
    select
        l.invoice_id,
        count(*) as lines,
        sum(case when n.is_credited then 1 else 0 end) as credited_lines
    from {{ ref('int_invoice_lines') }} as l
    inner join duplicate as d on l.invoice_id = d.invoice_id and d.code = 'DUPLICATE_INVOICE'
    left join {{ ref('match_net_line') }} as n on l.invoice_line_id = n.invoice_line_id
    where l.kind = 'invoice'
    group by l.invoice_id
)

select
    d.code,
    {{ on_invoice('d') }},
    'one invoice' as expected,
    d.original_invoice_id as actual,
    null as limit_applied,
    null as policy_id,
    abs(d.gross_amount) as amount_at_risk,
    null::boolean as blocks,
    case d.rule
        when 'exact' then 'It has the vendor, number and gross of ' || d.original_in_words || '.'
        when 'a' then 'It has another number, but the vendor, gross and date of ' || d.original_in_words || '.'
        when 'b'
            then 'Its gross is ' || {{ money('d.gross_amount') }} || ', but vendor and number are those of '
                || d.original_in_words || '; the dates are at most 365 days apart.'
        when 'c'
            then 'It has the number, gross and date of ' || d.original_in_words || ' from vendor '
                || d.original_vendor_key || ', who may be the same vendor as ' || d.vendor_key
                || ': their review is open.'
        when 'd'
            then 'Its number ' || d.normalised_number || ' is nearly that of ' || d.original_in_words
                || ': vendor and gross are equal, the dates at most 10 days apart.'
        when 'e'
            then 'It has the vendor, number and gross of ' || d.original_in_words
                || ', though the dates are more than 365 days apart.'
    end as explanation
from duplicate as d
left join held_line on d.invoice_id = held_line.invoice_id
where d.code <> 'DUPLICATE_INVOICE' or coalesce(held_line.lines > held_line.credited_lines, true)
