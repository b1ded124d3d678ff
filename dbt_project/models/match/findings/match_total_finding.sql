{{ config(materialized='ephemeral') }}

with footed as (
    select
        i.invoice_id,
        i.purchase_order_id,
        i.entity_id,
        i.vendor_key,
        null::text as item_category,
        null::text as match_type,
        i.currency,
        coalesce(i.invoice_date, {{ utc_date('coalesce(i.received_at, i._known_at)') }}) as policy_date,
        i.is_posted,
        i.correlation_id,
        i.gross_amount,
        coalesce(i.lines_amount, i.net_amount)
        + coalesce(i.tax_amount, 0) + coalesce(i.freight_amount, 0) + coalesce(i.other_amount, 0) as footed_amount
    from {{ of_units(ref('int_invoices'), 'invoice_id') }} as i
    where not i.is_cancelled
),

misfooted as (
    select
        footed.*,
        footed.gross_amount - footed.footed_amount as difference
    from footed
    where footed.gross_amount <> footed.footed_amount
),

{{ choose_policy('misfooted') }},

judged as (
    select
        m.*,
        policy.policy_id,
        {{ chosen_limit('total_amount') }}
    from misfooted_scoped as m
    {{ join_policy('misfooted', 'm') }}
)

select
    'TOTAL_MISMATCH' as code,
    {{ on_invoice('j') }},
    '0' as expected,
    {{ plain('j.difference') }} as actual,
    {{ plain('j.total_amount') }} as limit_applied,
    j.policy_id,
    abs(j.difference) as amount_at_risk,
    null::boolean as blocks,
    'Gross is ' || {{ money('j.gross_amount') }} || ', but lines, tax and charges come to '
    || {{ money('j.footed_amount') }} || '.' as explanation
from judged as j
where abs(j.difference) > j.total_amount
