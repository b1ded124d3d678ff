{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('fct_invoice') }}
    where posted_date is not null and not is_cancelled
)

select
    'manual_touches_per_invoice' as kpi,
    posted_date as period,
    entity_id,
    'all' as dimension,
    'all' as dimension_value,
    null::text as currency,
    sum(human_touches)::numeric(24, 4) as numerator,
    count(*)::numeric(24, 4) as denominator,
    round(sum(human_touches)::numeric / count(*), 4)::numeric(24, 4) as value,
    'count' as unit
from invoice
group by posted_date, entity_id
