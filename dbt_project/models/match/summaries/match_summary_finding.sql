{{ config(materialized='ephemeral') }}

with invoice as (
    select s.*
    from {{ of_units(ref('match_summary_invoice'), 'invoice_id') }} as s
    where s.is_billed
),

finding as (
    select
        'AMOUNT_OVER' as code,
        {{ plain('i.expected_amount') }} as expected,
        {{ plain('i.net_amount') }} as actual,
        'The invoice names no lines; its net amount of ' || {{ money('i.net_amount') }} || ' is '
        || {{ money('i.net_amount - i.expected_amount') }} || ' over the ' || {{ money('i.expected_amount') }}
        || ' that purchase order ' || i.purchase_order_id || ' has left to bill.' as explanation,
        i.invoice_id,
        {{ limits_in_words('i.header_over_pct', 'i.header_over_amount', '') }} as limit_applied,
        round((i.net_amount - i.expected_amount) / i.fx_rate, 2) as amount_at_risk,
        null::boolean as blocks
    from invoice as i
    where i.is_over

    union all

    select
        'AMOUNT_UNDER' as code,
        {{ plain('i.expected_amount') }} as expected,
        {{ plain('i.net_amount') }} as actual,
        'The invoice names no lines; its net amount of ' || {{ money('i.net_amount') }} || ' is '
        || {{ money('i.expected_amount - i.net_amount') }} || ' under the ' || {{ money('i.expected_amount') }}
        || ' that purchase order ' || i.purchase_order_id || ' has left to bill.' as explanation,
        i.invoice_id,
        {{ limits_in_words('i.header_under_pct', 'i.header_under_amount', '') }} as limit_applied,
        round((i.expected_amount - i.net_amount) / i.fx_rate, 2) as amount_at_risk,
        i.amount_under_blocks as blocks
    from invoice as i
    where i.is_under

    union all

    select
        'PO_NOT_FOUND' as code,
        'a known purchase order' as expected,
        coalesce(i.purchase_order_id, 'none') as actual,
        'The invoice names purchase order ' || coalesce(i.purchase_order_id, 'none') || ', which is not known '
        || i.po_grace_hours || ' hours after the invoice was received.' as explanation,
        i.invoice_id,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks
    from invoice as i
    where not i.po_is_known and i.verdict <> 'awaiting_po'

    union all

    select
        {{ order_is_draft('i') }},
        i.invoice_id,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks
    from invoice as i
    where i.po_status = 'draft'

    union all

    select
        {{ order_was_closed('i', "'Purchase order ' || i.purchase_order_id") }},
        i.invoice_id,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks
    from invoice as i
    where i.closed_date < i.invoice_date

    union all

    select
        {{ vendors_differ('i') }},
        i.invoice_id,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks
    from invoice as i
    where i.is_vendor_mismatch

    union all

    select
        {{ currencies_differ('i', 'currency') }},
        i.invoice_id,
        null as limit_applied,
        0 as amount_at_risk,
        null::boolean as blocks
    from invoice as i
    where i.po_is_known and i.currency <> i.po_currency and i.fx_rate is not null

    union all

    select
        {{ rate_is_missing('i', 'currency') }},
        i.invoice_id,
        null as limit_applied,
        i.gross_amount as amount_at_risk,
        null::boolean as blocks
    from invoice as i
    where i.po_is_known and i.fx_rate is null and i.invoice_date is not null
)

select
    f.code,
    {{ on_invoice('i', vendor_key='invoice_vendor_key') }},
    f.expected,
    f.actual,
    f.limit_applied,
    case when f.limit_applied is not null then i.policy_id end as policy_id,
    f.amount_at_risk,
    f.blocks,
    f.explanation
from finding as f
inner join invoice as i on f.invoice_id = i.invoice_id
