-- Of each figure one revision stands, and every KPI is defined.
select
    kpi,
    period,
    entity_id,
    dimension,
    dimension_value,
    currency
from {{ ref('kpi_value') }}
where superseded_at is null
group by kpi, period, entity_id, dimension, dimension_value, currency
having count(*) > 1

union all

select
    figure.kpi,
    figure.period,
    figure.entity_id,
    figure.dimension,
    figure.dimension_value,
    figure.currency
from {{ ref('kpi_value') }} as figure
left join {{ ref('kpi_definition') }} as definition on figure.kpi = definition.kpi
where definition.kpi is null
