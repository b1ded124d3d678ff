{{ config(materialized='stable_view') }}

with revision as (
    select * from {{ ref('kpi_value_log') }}
)

select
    kpi_value_id,
    revision,
    kpi,
    period,
    entity_id,
    dimension,
    dimension_value,
    numerator,
    denominator,
    value,
    unit,
    currency,
    as_of,
    lead(as_of) over (partition by kpi_value_id order by revision) as superseded_at
from revision
