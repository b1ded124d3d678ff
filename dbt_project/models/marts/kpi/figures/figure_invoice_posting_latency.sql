{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('fct_invoice') }}
    where posting_latency_hours is not null
),

measured as (
    select
        posted_date as period,
        coalesce(entity_id, 'ALL') as entity_id,
        count(*)::numeric as observations,
        sum(posting_latency_hours) as hours,
        {{ percentile(0.5, 'posting_latency_hours') }} as p50,
        {{ percentile(0.95, 'posting_latency_hours') }} as p95
    from invoice
    group by grouping sets ((posted_date, entity_id), (posted_date))
)

select
    'invoice_posting_latency' as kpi,
    measured.period,
    measured.entity_id,
    cut.dimension,
    cut.dimension_value,
    null::text as currency,
    cut.numerator::numeric(24, 4) as numerator,
    measured.observations::numeric(24, 4) as denominator,
    cut.value::numeric(24, 4) as value,
    'hours' as unit
from measured
cross join
    lateral (
        values
        ('all', 'all', measured.hours, round(measured.hours / measured.observations, 4)),
        ('percentile', 'p50', null, measured.p50),
        ('percentile', 'p95', null, measured.p95)
    ) as cut (dimension, dimension_value, numerator, value)
where not (measured.entity_id = 'ALL' and cut.dimension = 'all')
