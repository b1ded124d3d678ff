{{ config(materialized='stable_view') }}

with message as (
    select * from {{ ref('fct_feedback_message') }}
    where is_due
)

select
    'erp_sync_success_rate' as kpi,
    message.due_date as period,
    message.entity_id,
    cut.dimension,
    cut.dimension_value,
    null::text as currency,
    count(*) filter (where message.confirmed_in_time)::numeric(24, 4) as numerator,
    count(*)::numeric(24, 4) as denominator,
    {{ percentage('count(*) filter (where message.confirmed_in_time)', 'count(*)') }} as value,
    '%' as unit
from message
cross join
    lateral (values ('all', 'all'), ('system', message.target), ('operation', message.operation)
    ) as cut (dimension, dimension_value)
group by message.due_date, message.entity_id, cut.dimension, cut.dimension_value
