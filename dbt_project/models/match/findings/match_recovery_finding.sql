{{ config(materialized='ephemeral') }}

{% set findings = before('match_finding') -%}

-- What stands against invoices that are posted and would have stopped them: an invoice's lines may be on several
-- orders, of which this run touches some; of the others it is what stood before.
with standing as (
    select
        f.invoice_id,
        f.invoice_line_id,
        f.code,
        f.amount_at_risk,
        f.currency,
        coalesce(cause.root_cause, f.default_root_cause) as root_cause
    from {{ ref('match_judged_finding') }} as f
    left join {{ ref('match_root_cause') }} as cause on f.hold_id = cause.hold_id
    where
        f.is_posted
        and f.blocking
        and not f.is_released
        and f.invoice_id is not null
        and {{ tells_of_recovery('f') }}
    {%- if findings and only_touched() %}
    union all
    select
        f.invoice_id,
        f.invoice_line_id,
        f.code,
        f.amount_at_risk,
        f.currency,
        f.root_cause
    from {{ of_units(findings, 'invoice_id') }} as f
    where
        f.stage = 'after_posting'
        and f.blocking
        and not f.is_released
        and {{ tells_of_recovery('f') }}
        and not exists (
            select 1
            from {{ ref('match_touched') }} as again
            where again.match_unit_id = f.match_unit_id
        )
    {%- endif %}
),

-- A line's figures are in its order's currency, the sum is in the invoice's.
valued as (
    select
        s.invoice_id,
        s.invoice_line_id,
        s.code,
        s.root_cause,
        {{ at_risk_of_invoice('s', 'l') }} as amount_at_risk
    from standing as s
    left join {{ ref('int_invoice_lines') }} as l on s.invoice_line_id = l.invoice_line_id
),

-- Each line counts once, with its largest.
part as (
    select
        invoice_id,
        max(amount_at_risk) as amount_at_risk
    from valued
    group by invoice_id, coalesce(invoice_line_id, code)
),

at_risk as {{ kept() }} (
    select
        invoice_id,
        sum(amount_at_risk) as amount_at_risk
    from part
    group by invoice_id
),

named as {{ kept() }} (
    select
        invoice_id,
        {{ joined('code') }} as codes
    from (
        select distinct
            invoice_id,
            code
        from standing
    ) as distinct_code
    group by invoice_id
),

-- The root cause of the gravest.
ranked as (
    select
        invoice_id,
        root_cause,
        row_number() over (
            partition by invoice_id
            order by amount_at_risk desc, {{ by_code_point('code') }}, {{ by_code_point('invoice_line_id') }}
        ) as preference
    from valued
),

gravest as {{ kept() }} (
    select
        invoice_id,
        root_cause
    from ranked
    where preference <= 1
),

due as (
    select
        i.*,
        named.codes,
        gravest.root_cause,
        least(at_risk.amount_at_risk, i.gross_amount) as amount_at_risk
    from {{ of_units(ref('int_invoices'), 'invoice_id') }} as i
    inner join at_risk on i.invoice_id = at_risk.invoice_id
    inner join named on i.invoice_id = named.invoice_id
    inner join gravest on i.invoice_id = gravest.invoice_id
    where i.kind = 'invoice'
)

select
    'RECOVERY_DUE' as code,
    {{ on_invoice('due') }},
    '0' as expected,
    {{ plain('amount_at_risk') }} as actual,
    null as limit_applied,
    null as policy_id,
    amount_at_risk,
    null::boolean as blocks,
    root_cause,
    'Invoice ' || coalesce(invoice_number, invoice_ref) || ' is posted in the ERP'
    || coalesce(' as ' || erp_document_number, '') || ' in spite of ' || codes || ': ' || currency || ' '
    || round(amount_at_risk, 2) || ' to recover.' as explanation
from due
where amount_at_risk > 0
