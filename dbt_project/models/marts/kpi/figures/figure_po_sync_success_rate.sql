{{ config(materialized='stable_view') }}

with version as (
    select * from {{ ref('fct_purchase_order_version') }}
    where is_due
)

select
    'po_sync_success_rate' as kpi,
    issue_date as period,
    entity_id,
    'all' as dimension,
    'all' as dimension_value,
    null::text as currency,
    count(*) filter (where in_sync)::numeric(24, 4) as numerator,
    count(*)::numeric(24, 4) as denominator,
    {{ percentage('count(*) filter (where in_sync)', 'count(*)') }} as value,
    '%' as unit
from version
group by issue_date, entity_id
