{{ config(materialized='stable_view') }}

with line as (
    select
        *,
        first_verdict in ('matched', 'matched_in_tolerance') as matched_at_first
    from {{ ref('fct_invoice_line') }}
    where first_verdict not in ('not_applicable', 'credited')
)

select
    'first_pass_match_rate' as kpi,
    first_verdict_date as period,
    entity_id,
    'all' as dimension,
    'all' as dimension_value,
    null::text as currency,
    count(*) filter (where matched_at_first)::numeric(24, 4) as numerator,
    count(*)::numeric(24, 4) as denominator,
    {{ percentage('count(*) filter (where matched_at_first)', 'count(*)') }} as value,
    '%' as unit
from line
group by first_verdict_date, entity_id
