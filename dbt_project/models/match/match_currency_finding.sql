{{ config(materialized='ephemeral') }}

with line as (
    select * from {{ ref('match_candidate_line') }}
    where is_foreign and not is_cancelled and not is_non_po
),

currency_finding as (
    select
        'FX_RATE_MISSING' as code,
        l.invoice_line_id,
        'a rate from ' || l.invoice_currency || ' to ' || l.po_currency as expected,
        'none' as actual,
        abs(l.amount) as amount_at_risk,
        'No rate from ' || l.invoice_currency || ' to ' || l.po_currency || ' is known for ' || l.invoice_date
        || ' or the 7 days before it.' as explanation
    from line as l
    where l.lacks_rate

    union all

    select
        'CURRENCY_MISMATCH' as code,
        l.invoice_line_id,
        l.po_currency as expected,
        l.invoice_currency as actual,
        0 as amount_at_risk,
        'The invoice is in ' || l.invoice_currency || ', the purchase order in ' || l.po_currency
        || '; they are compared at a rate of ' || {{ plain('l.fx_rate') }} || '.' as explanation
    from line as l
    where l.fx_rate is not null
)

select
    f.code,
    f.invoice_line_id as subject_id,
    l.match_unit_id,
    l.invoice_id,
    l.invoice_line_id,
    l.purchase_order_id,
    l.po_line_id,
    l.vendor_key,
    l.entity_id,
    l.item_category,
    l.is_posted,
    f.expected,
    f.actual,
    null as limit_applied,
    null as policy_id,
    f.amount_at_risk,
    l.currency,
    null::boolean as blocks,
    null as root_cause,
    l.correlation_id,
    f.explanation
from currency_finding as f
inner join line as l on f.invoice_line_id = l.invoice_line_id
