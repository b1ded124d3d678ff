{{ config(materialized='ephemeral') }}

with invoice as (
    select s.*
    from {{ ref('match_summary_invoice') }} as s
    {{ join_units('s.invoice_id') }}
    where s.is_billed
),

finding as (
    select
        'AMOUNT_OVER' as code,
        i.invoice_id,
        {{ plain('i.expected_amount') }} as expected,
        {{ plain('i.net_amount') }} as actual,
        {{ limits_in_words('i.header_over_pct', 'i.header_over_amount', '') }} as limit_applied,
        round((i.net_amount - i.expected_amount) / i.fx_rate, 2) as amount_at_risk,
        null::boolean as blocks,
        'The invoice names no lines; its net amount of ' || {{ plain('i.net_amount') }} || ' is '
        || {{ plain('i.net_amount - i.expected_amount') }} || ' over the ' || {{ plain('i.expected_amount') }}
        || ' that purchase order ' || i.purchase_order_id || ' has left to bill.' as explanation
    from invoice as i
    where i.is_over

    union all

    select
        'AMOUNT_UNDER' as code,
        i.invoice_id,
        {{ plain('i.expected_amount') }} as expected,
        {{ plain('i.net_amount') }} as actual,
        {{ limits_in_words('i.header_under_pct', 'i.header_under_amount', '') }} as limit_applied,
        round((i.expected_amount - i.net_amount) / i.fx_rate, 2) as amount_at_risk,
        i.amount_under_blocks as blocks,
        'The invoice names no lines; its net amount of ' || {{ plain('i.net_amount') }} || ' is '
        || {{ plain('i.expected_amount - i.net_amount') }} || ' under the ' || {{ plain('i.expected_amount') }}
        || ' that purchase order ' || i.purchase_order_id || ' has left to bill.' as explanation
    from invoice as i
    where i.is_under

    union all

    select
        'PO_NOT_FOUND' as code,
        i.invoice_id,
        'a known purchase order' as expected,
        coalesce(i.purchase_order_id, 'none') as actual,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks,
        'The invoice names purchase order ' || coalesce(i.purchase_order_id, 'none') || ', which is not known '
        || i.po_grace_hours || ' hours after the invoice was received.' as explanation
    from invoice as i
    where not i.po_is_known and i.verdict <> 'awaiting_po'

    union all

    select
        'PO_NOT_APPROVED' as code,
        i.invoice_id,
        'approved' as expected,
        i.po_status as actual,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks,
        'Purchase order ' || i.purchase_order_id || ' is a draft.' as explanation
    from invoice as i
    where i.po_status = 'draft'

    union all

    select
        'PO_CLOSED' as code,
        i.invoice_id,
        i.invoice_date::text as expected,
        i.closed_date::text as actual,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks,
        'Purchase order ' || i.purchase_order_id || ' was closed on ' || i.closed_date || ', before the invoice of '
        || i.invoice_date || '.' as explanation
    from invoice as i
    where i.closed_date < i.invoice_date

    union all

    select
        'VENDOR_MISMATCH' as code,
        i.invoice_id,
        i.po_vendor_key as expected,
        i.invoice_vendor_key as actual,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks,
        'The invoice is from vendor ' || i.invoice_vendor_key || ', the purchase order went to vendor '
        || i.po_vendor_key || '.' as explanation
    from invoice as i
    where i.is_vendor_mismatch

    union all

    select
        'CURRENCY_MISMATCH' as code,
        i.invoice_id,
        i.po_currency as expected,
        i.currency as actual,
        null as limit_applied,
        0 as amount_at_risk,
        null::boolean as blocks,
        'The invoice is in ' || i.currency || ', the purchase order in ' || i.po_currency
        || '; they are compared at a rate of ' || {{ plain('i.fx_rate') }} || '.' as explanation
    from invoice as i
    where i.po_is_known and i.currency <> i.po_currency and i.fx_rate is not null

    union all

    select
        'FX_RATE_MISSING' as code,
        i.invoice_id,
        'a rate from ' || i.currency || ' to ' || i.po_currency as expected,
        'none' as actual,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks,
        'No rate from ' || i.currency || ' to ' || i.po_currency || ' is known for ' || i.invoice_date
        || ' or the 7 days before it.' as explanation
    from invoice as i
    where i.po_is_known and i.fx_rate is null and i.invoice_date is not null
)

select
    f.code,
    f.invoice_id as subject_id,
    f.invoice_id as match_unit_id,
    f.invoice_id,
    null::text as invoice_line_id,
    i.purchase_order_id,
    null::text as po_line_id,
    i.invoice_vendor_key as vendor_key,
    i.entity_id,
    null::text as item_category,
    i.is_posted,
    f.expected,
    f.actual,
    f.limit_applied,
    case when f.limit_applied is not null then i.policy_id end as policy_id,
    f.amount_at_risk,
    i.currency,
    f.blocks,
    null::text as root_cause,
    i.correlation_id,
    f.explanation
from finding as f
inner join invoice as i on f.invoice_id = i.invoice_id
