{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': {'invoice_id': 'match_unit_id'}}},
        indexes=[{'columns': ['invoice_id'], 'unique': true}],
    )
}}

with invoice as (
    select i.*
    from {{ of_units(ref('int_invoices'), 'invoice_id') }} as i
),

line as (
    select
        l.invoice_id,
        min({{ verdict_rank('l.verdict') }}) as worst,
        min(l.next_change_at) as next_change_at
    from {{ of_units(ref('match_invoice_line'), 'invoice_id') }} as l
    group by l.invoice_id
),

summary as (
    select
        s.invoice_id,
        {{ verdict_rank('s.verdict') }} as worst,
        s.next_change_at
    from {{ of_units(ref('match_summary_invoice'), 'invoice_id') }} as s
),

-- A line's figures are in its order's currency; an invoice is summed up in its own.
finding as (
    select
        f.invoice_id,
        f.invoice_line_id,
        f.code,
        f.is_released,
        f.blocking,
        f.stage,
        {{ at_risk_of_invoice('f', 'l') }} as amount_at_risk
    from {{ of_units(ref('match_finding'), 'invoice_id') }} as f
    left join {{ ref('int_invoice_lines') }} as l on f.invoice_line_id = l.invoice_line_id
),

-- Each line counts once, with its largest.
at_risk as (
    select
        invoice_id,
        sum(amount_at_risk) as amount_at_risk
    from (
        select
            invoice_id,
            max(amount_at_risk) as amount_at_risk
        from finding
        where not is_released and invoice_line_id is not null
        group by invoice_id, invoice_line_id
        union all
        select
            invoice_id,
            amount_at_risk
        from finding
        where not is_released and invoice_line_id is null and code <> 'RECOVERY_DUE' -- it sums up the others
    ) as part
    group by invoice_id
),

counted as (
    select
        invoice_id,
        sum(case when not is_released then 1 else 0 end) as open_holds,
        sum(case when not is_released and blocking and stage = 'before_posting' then 1 else 0 end) as blocking_holds,
        min(case
            when invoice_line_id is null and blocking and not is_released then {{ verdict_rank("'exception'") }}
            when invoice_line_id is null and blocking then {{ verdict_rank("'released'") }}
        end) as worst
    from finding
    group by invoice_id
),

judged as (
    select
        i.*,
        case least(coalesce(line.worst, 8), coalesce(summary.worst, 8), coalesce(counted.worst, 8))
            {%- for verdict in verdicts() %}
            when {{ loop.index }} then '{{ verdict }}'
            {%- endfor %}
        end as verdict,
        coalesce(counted.open_holds, 0) as open_holds,
        coalesce(counted.blocking_holds, 0) as blocking_holds,
        coalesce(at_risk.amount_at_risk, 0) as amount_at_risk,
        least(line.next_change_at, summary.next_change_at) as next_change_at
    from invoice as i
    left join line on i.invoice_id = line.invoice_id
    left join summary on i.invoice_id = summary.invoice_id
    left join counted on i.invoice_id = counted.invoice_id
    left join at_risk on i.invoice_id = at_risk.invoice_id
)

select
    invoice_id,
    entity_id,
    vendor_key,
    verdict,
    verdict in ('matched', 'matched_in_tolerance') and human_touches = 0 as touchless,
    blocking_holds,
    open_holds,
    least(amount_at_risk, abs(gross_amount))::numeric(20, 4) as amount_at_risk,
    currency,
    next_change_at
from judged
