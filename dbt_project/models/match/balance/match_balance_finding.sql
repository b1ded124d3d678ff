{{ config(materialized='ephemeral') }}

with balance as (
    select
        b.*,
        {{ books_unit('b') }} as match_unit_id,
        b.gl_amount - b.subledger_amount as difference,
        b.kind || ' ' || b.currency as named
    from {{ ref('match_balance') }} as b
    where b.gl_amount <> b.subledger_amount
),

{% if only_touched() -%}
touched_balance as (
    select balance.*
    from balance
    inner join {{ ref('match_touched') }} as t on balance.match_unit_id = t.match_unit_id
),
{%- else -%}
touched_balance as (
    select * from balance
),
{%- endif %}

finding as (
    select
        b.entity_id,
        b.period,
        b.match_unit_id,
        e.currency,
        sum(case when b.currency = e.currency then abs(b.difference) else 0 end) as amount_at_risk,
        {{ joined("b.named || ' ' || " ~ plain('b.subledger_amount')) }} as expected,
        {{ joined("b.named || ' ' || " ~ plain('b.gl_amount')) }} as actual,
        {{ joined(
            "b.named || ' by ' || " ~ plain('b.difference') ~ " || ' on ' || b.differing_documents || ' documents'"
        ) }} as differences
    from touched_balance as b
    inner join {{ ref('int_entities') }} as e on b.entity_id = e.entity_id
    group by b.entity_id, b.period, b.match_unit_id, e.currency
)

select
    'GL_OUT_OF_BALANCE' as code,
    entity_id || ':' || period as subject_id,
    match_unit_id,
    null as invoice_id,
    null as invoice_line_id,
    null as purchase_order_id,
    null as po_line_id,
    null as vendor_key,
    entity_id,
    null as item_category,
    false as is_posted,
    expected,
    actual,
    null as limit_applied,
    null as policy_id,
    amount_at_risk,
    currency,
    null::boolean as blocks,
    entity_id || ':' || period as correlation_id,
    'In ' || period || ' the ledger of ' || entity_id || ' differs from what its subledgers moved: ' || differences
    || '.' as explanation
from finding
