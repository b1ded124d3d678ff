{{ config(materialized='stable_view') }}

-- Batches serve many entities: their days are UTC's, their entity is ALL.
with batch as (
    select
        load_date as period,
        object,
        rows_landed,
        rows_promoted as rows_let_through
    from {{ ref('fct_batch') }}
    where state <> 'landed' and rows_landed > 0
),

expectation as (
    select
        (known_at at time zone 'UTC')::date as period,
        rule_id,
        rows_checked,
        rows_failed
    from {{ ref('stg_ops_rule_results') }}
    where rows_checked > 0
),

parts as (
    select
        batch.period,
        cut.dimension,
        cut.dimension_value,
        sum(batch.rows_let_through) as numerator,
        sum(batch.rows_landed) as denominator
    from batch
    cross join lateral (values ('all', 'all'), ('object', batch.object)) as cut (dimension, dimension_value)
    group by batch.period, cut.dimension, cut.dimension_value

    union all

    select
        period,
        'expectation' as dimension,
        rule_id as dimension_value,
        sum(rows_checked - rows_failed) as numerator,
        sum(rows_checked) as denominator
    from expectation
    group by period, rule_id
)

select
    'data_quality_rate' as kpi,
    period,
    'ALL' as entity_id,
    dimension,
    dimension_value,
    null::text as currency,
    numerator::numeric(24, 4) as numerator,
    denominator::numeric(24, 4) as denominator,
    {{ percentage('numerator', 'denominator') }} as value,
    '%' as unit
from parts
