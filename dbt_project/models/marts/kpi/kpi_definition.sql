{{ config(materialized='stable_view') }}

with definition as (
    select * from {{ ref('kpi_definitions') }}
)

select
    kpi::text as kpi,
    title::text as title,
    numerator::text as numerator,
    denominator::text as denominator,
    clock::text as clock,
    unit::text as unit,
    replace(dimensions, ';', ', ')::text as dimensions,
    owner::text as owner,
    target::numeric(12, 4) as target,
    better::text as better,
    period_kind::text as period_kind,
    notes::text as notes
from definition
