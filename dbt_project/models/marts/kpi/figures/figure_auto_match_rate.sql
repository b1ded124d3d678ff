{{ config(materialized='stable_view') }}

with line as (
    select * from {{ ref('fct_invoice_line') }}
    where needs_match
)

select
    'auto_match_rate' as kpi,
    line.verdict_date as period,
    line.entity_id,
    cut.dimension,
    cut.dimension_value,
    null::text as currency,
    count(*) filter (where line.auto_matched)::numeric(24, 4) as numerator,
    count(*)::numeric(24, 4) as denominator,
    {{ percentage('count(*) filter (where line.auto_matched)', 'count(*)') }} as value,
    '%' as unit
from line
cross join
    lateral (values ('all', 'all'), ('match_type', coalesce(line.match_type, 'unknown'))
    ) as cut (dimension, dimension_value)
group by line.verdict_date, line.entity_id, cut.dimension, cut.dimension_value
