{{ config(materialized='stable_view') }}

-- A run that serves several facilities is one failure in all, and one at each facility.
with failed as (
    select * from {{ ref('fct_interface_run') }}
    where outcome = 'failed'
),

served as (
    select distinct
        source_system,
        entity_id
    from {{ ref('dim_system_of_record') }}
),

at_facility as (
    select
        failed.interface_run_id,
        failed.run_date,
        coalesce(failed.entity_id, served.entity_id) as facility
    from failed
    left join served on failed.entity_id is null and failed.source_system = served.source_system
),

counted as (
    select
        failed.run_date,
        cut.dimension,
        cut.dimension_value,
        count(*)::numeric as failures
    from failed
    cross join
        lateral (
            values ('all', 'all'), ('system', failed.source_system), ('class', coalesce(failed.error_class, 'unknown'))
        ) as cut (dimension, dimension_value)
    group by failed.run_date, cut.dimension, cut.dimension_value

    union all

    select
        run_date,
        'facility' as dimension,
        coalesce(facility, 'unknown') as dimension_value,
        count(*)::numeric as failures
    from at_facility
    group by run_date, coalesce(facility, 'unknown')
)

select
    'failed_interface_count' as kpi,
    run_date as period,
    'ALL' as entity_id,
    dimension,
    dimension_value,
    null::text as currency,
    failures::numeric(24, 4) as numerator,
    null::numeric(24, 4) as denominator,
    failures::numeric(24, 4) as value,
    'count' as unit
from counted
