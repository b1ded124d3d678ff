{{ config(materialized='ephemeral') }}

with day as (
    select distinct
        i.entity_id,
        i.invoice_date
    from {{ of_units(ref('int_invoices'), 'invoice_id') }} as i
    where i.coded_line_count > 0
),

rate as {{ kept() }} (
    select
        day.*,
        c.tax_code,
        c.rate_pct,
        row_number() over (
            partition by day.entity_id, day.invoice_date, c.tax_code
            order by c.valid_from desc, c.recency asc
        ) as preference
    from day
    inner join {{ ref('int_tax_codes') }} as c
        on day.entity_id = c.entity_id and day.invoice_date between c.valid_from and c.valid_to
),

coded as (
    select
        l.invoice_id,
        l.tax_code,
        sum(l.amount_source) as amount
    from {{ of_units(ref('int_invoice_lines'), 'invoice_id') }} as l
    where l.tax_code is not null
    group by l.invoice_id, l.tax_code
),

-- A code without a rate on the day explains no tax. An invoice without a date waits for it.
expected as (
    select
        coded.invoice_id,
        sum(coalesce(round(coded.amount * rate.rate_pct / 100, 2), 0)) as tax_amount,
        {{ joined("case when rate.rate_pct is null then coded.tax_code end") }} as codes_without_rate
    from coded
    inner join {{ ref('int_invoices') }} as i on coded.invoice_id = i.invoice_id
    left join rate
        on
            i.entity_id = rate.entity_id
            and i.invoice_date = rate.invoice_date
            and coded.tax_code = rate.tax_code
            and rate.preference <= 1
    where not i.is_cancelled and i.invoice_date is not null
    group by coded.invoice_id
),

-- A source may sign a credit memo's amounts either way.
invoice as (
    select
        i.*,
        case when i.kind = 'credit' and i.lines_amount < 0 then -1 else 1 end as direction
    from {{ ref('int_invoices') }} as i
),

different as (
    select
        i.invoice_id,
        i.purchase_order_id,
        i.entity_id,
        i.vendor_key,
        null::text as item_category,
        null::text as match_type,
        i.currency,
        i.invoice_date as policy_date,
        i.is_posted,
        i.correlation_id,
        coalesce(i.tax_amount, 0) * i.direction as tax_amount,
        e.tax_amount * i.direction as expected_amount,
        (coalesce(i.tax_amount, 0) - e.tax_amount) * i.direction as difference,
        e.codes_without_rate
    from invoice as i
    inner join expected as e on i.invoice_id = e.invoice_id
    where coalesce(i.tax_amount, 0) <> e.tax_amount
),

{{ choose_policy('different') }},

judged as (
    select
        d.*,
        policy.policy_id,
        {{ chosen_limit('tax_over_pct') }},
        {{ chosen_limit('tax_over_amount') }},
        {{ chosen_limit('tax_under_pct') }},
        {{ chosen_limit('tax_under_amount') }},
        coalesce(policy.tax_blocks, true) as tax_blocks
    from different_scoped as d
    {{ join_policy('different', 'd') }}
)

select
    'TAX_DIFFERENCE' as code,
    {{ on_invoice('j') }},
    '0' as expected,
    {{ plain('j.difference') }} as actual,
    case
        when j.difference > 0 then {{ limits_in_words('j.tax_over_pct', 'j.tax_over_amount', '') }}
        else {{ limits_in_words('j.tax_under_pct', 'j.tax_under_amount', '') }}
    end as limit_applied,
    j.policy_id,
    abs(j.difference) as amount_at_risk,
    j.tax_blocks as blocks,
    'Tax is ' || {{ money('j.tax_amount') }} || ', ' || {{ money('abs(j.difference)') }}
    || case when j.difference > 0 then ' more than the ' else ' less than the ' end
    || {{ money('j.expected_amount') }} || ' that the tax codes of the lines come to'
    || coalesce('; no rate is known for ' || j.codes_without_rate, '') || '.' as explanation
from judged as j
where
    (j.difference > 0 and {{ exceeds(
        'j.difference', 'j.tax_over_pct', 'abs(j.expected_amount)', 'j.difference', 'j.tax_over_amount'
    ) }})
    or (j.difference < 0 and {{ exceeds(
        '-j.difference', 'j.tax_under_pct', 'abs(j.expected_amount)', '-j.difference', 'j.tax_under_amount'
    ) }})
