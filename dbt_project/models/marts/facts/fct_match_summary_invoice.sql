{{ config(materialized='stable_view') }}

with summary as (
    select * from {{ ref('match_summary_invoice') }}
),

matched as (
    select * from {{ ref('match_invoice') }}
),

finding as (
    select
        invoice_id,
        is_released,
        explanation
        || coalesce(' Limit: ' || limit_applied || coalesce(', policy ' || policy_id, ', no policy fits') || '.', '')
            as explanation
    from {{ ref('match_finding') }}
    where blocking
),

-- What is said against the whole invoice.
objection as (
    select
        f.invoice_id,
        {{ joined('case when not f.is_released then f.explanation end') }} as held,
        {{ joined('case when f.is_released then f.explanation end') }} as released
    from finding as f
    inner join summary on f.invoice_id = summary.invoice_id
    group by f.invoice_id
)

select
    summary.invoice_id,
    summary.purchase_order_id,
    summary.entity_id,
    summary.vendor_key,
    matched.verdict,
    summary.takes_part,
    summary.takes_all,
    summary.net_amount,
    summary.expected_amount,
    (summary.net_amount - summary.expected_amount)::numeric(20, 4) as difference_amount,
    summary.po_currency as currency,
    summary.policy_id,
    summary.policy_hash,
    case matched.verdict
        when 'not_applicable' then 'Nothing is matched: the invoice is cancelled, or a credit that names no lines.'
        when 'exception' then objection.held
        when 'released' then 'Released by a person: ' || objection.released
        when 'awaiting_po'
            then
                'Purchase order ' || coalesce(summary.purchase_order_id, 'none')
                || ' is not known yet; the invoice waits for it until '
                || {{ minute_in_words('summary.next_change_at') }} || '.'
        when 'awaiting_receipt'
            then
                {{ plain('summary.net_amount') }} || ' is billed and ' || {{ plain('summary.expected_amount') }}
                || ' is there to bill; the invoice waits for receipts until '
                || {{ minute_in_words('summary.next_change_at') }} || '.'
        else
            {{ plain('summary.net_amount') }} || ' is billed against ' || {{ plain('summary.expected_amount') }}
            || ' that the order had left to bill'
            || case
                when summary.net_amount = summary.expected_amount then '.'
                when summary.is_under
                    then
                        ' (difference ' || {{ plain('summary.net_amount - summary.expected_amount') }}
                        || '): noted, and by ' || coalesce('policy ' || summary.policy_id, 'default')
                        || ' no reason to stop it.'
                else
                    ' (difference ' || {{ plain('summary.net_amount - summary.expected_amount') }} || '): within '
                    || coalesce('policy ' || summary.policy_id, 'the limits') || ' (over: '
                    || {{ limits_in_words('summary.header_over_pct', 'summary.header_over_amount', '') }} || '; under: '
                    || {{ limits_in_words('summary.header_under_pct', 'summary.header_under_amount', '') }} || ').'
            end
    end as explanation,
    summary.next_change_at
from summary
inner join matched on summary.invoice_id = matched.invoice_id
left join objection on summary.invoice_id = objection.invoice_id
