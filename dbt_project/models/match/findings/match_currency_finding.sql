{{ config(materialized='ephemeral') }}

with line as (
    select * from {{ ref('match_candidate_line') }}
    where is_foreign and not is_cancelled and not is_non_po
),

currency_finding as (
    select
        {{ rate_is_missing('l', 'invoice_currency') }},
        l.invoice_line_id,
        abs(l.amount) as amount_at_risk
    from line as l
    where l.lacks_rate

    union all

    select
        {{ currencies_differ('l', 'invoice_currency') }},
        l.invoice_line_id,
        0 as amount_at_risk
    from line as l
    where l.fx_rate is not null
)

select
    f.code,
    {{ on_invoice_line('l') }},
    f.expected,
    f.actual,
    null as limit_applied,
    null as policy_id,
    f.amount_at_risk,
    null::boolean as blocks,
    f.explanation
from currency_finding as f
inner join line as l on f.invoice_line_id = l.invoice_line_id
