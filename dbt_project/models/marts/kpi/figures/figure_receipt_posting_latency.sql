{{ config(materialized='stable_view') }}

with receipt as (
    select * from {{ ref('fct_receipt_line') }}
    where kind = 'receipt' and posting_latency_hours is not null
),

measured as (
    select
        received_date as period,
        coalesce(entity_id, 'ALL') as entity_id,
        count(*) as observations,
        {{ percentile(0.5, 'posting_latency_hours') }} as p50,
        {{ percentile(0.95, 'posting_latency_hours') }} as p95
    from receipt
    group by grouping sets ((received_date, entity_id), (received_date))
)

select
    'receipt_posting_latency' as kpi,
    measured.period,
    measured.entity_id,
    'percentile' as dimension,
    cut.dimension_value,
    null::text as currency,
    null::numeric(24, 4) as numerator,
    measured.observations::numeric(24, 4) as denominator,
    cut.value::numeric(24, 4) as value,
    'hours' as unit
from measured
cross join lateral (values ('p50', measured.p50), ('p95', measured.p95)) as cut (dimension_value, value)
