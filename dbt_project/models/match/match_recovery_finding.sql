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
        f.currency
    from {{ ref('match_judged_finding') }} as f
    where f.is_posted and f.blocking and not f.is_released and f.invoice_id is not null
    {%- if findings and only_touched() %}
    union all
    select
        f.invoice_id,
        f.invoice_line_id,
        f.code,
        f.amount_at_risk,
        f.currency
    from {{ findings }} as f
    inner join {{ ref('match_touched') }} as touched on f.invoice_id = touched.match_unit_id
    where
        f.stage = 'after_posting'
        and f.blocking
        and not f.is_released
        and not exists (
            select 1
            from {{ ref('match_touched') }} as again
            where again.match_unit_id = f.match_unit_id
        )
    {%- endif %}
),

-- Each line counts once, with its largest, in the invoice's currency.
part as (
    select
        f.invoice_id,
        max({{ at_risk_of_invoice('f', 'l') }}) as amount_at_risk
    from standing as f
    left join {{ ref('int_invoice_lines') }} as l on f.invoice_line_id = l.invoice_line_id
    group by f.invoice_id, coalesce(f.invoice_line_id, f.code)
),

due as (
    select
        i.*,
        s.codes,
        least(p.amount_at_risk, i.gross_amount) as amount_at_risk
    from {{ ref('int_invoices') }} as i
    {{ join_units('i.invoice_id') }}
    inner join (
        select
            invoice_id,
            sum(amount_at_risk) as amount_at_risk
        from part
        group by invoice_id
    ) as p on i.invoice_id = p.invoice_id
    inner join (
        select
            invoice_id,
            {{ joined('code') }} as codes
        from (
            select distinct
                invoice_id,
                code
            from standing
        ) as named
        group by invoice_id
    ) as s on i.invoice_id = s.invoice_id
    where i.kind = 'invoice'
)

select
    'RECOVERY_DUE' as code,
    invoice_id as subject_id,
    invoice_id as match_unit_id,
    invoice_id,
    null as invoice_line_id,
    purchase_order_id,
    null as po_line_id,
    vendor_key,
    entity_id,
    null as item_category,
    is_posted,
    '0' as expected,
    {{ plain('amount_at_risk') }} as actual,
    null as limit_applied,
    null as policy_id,
    amount_at_risk,
    currency,
    null::boolean as blocks,
    null as root_cause,
    correlation_id,
    'Invoice ' || coalesce(invoice_number, invoice_ref) || ' is posted in the ERP'
    || coalesce(' as ' || erp_document_number, '') || ' in spite of ' || codes || ': ' || currency || ' '
    || round(amount_at_risk, 2) || ' to recover.' as explanation
from due
where amount_at_risk > 0
