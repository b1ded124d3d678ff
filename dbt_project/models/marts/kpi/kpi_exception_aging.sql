{{ config(materialized='stable_view') }}

with kpi_value as (
    select * from {{ ref('kpi_value') }}
    where kpi = 'exception_aging' and superseded_at is null
),

holds as (
    select * from kpi_value
    where dimension = 'age_bucket'
),

money as (
    select * from kpi_value
    where dimension = 'age_bucket_amount'
),

entity as (
    select * from {{ ref('dim_entity') }}
),

bucket as (
    select * from {{ ref('aging_buckets') }}
)

select
    holds.period,
    holds.entity_id,
    entity.name as entity_name,
    entity.entity_type,
    holds.dimension_value as age_bucket,
    bucket.sort_order::integer as sort_order,
    holds.numerator as open_holds,
    coalesce(money.numerator, 0)::numeric(24, 4) as amount_at_risk,
    coalesce(money.currency, entity.currency) as currency,
    holds.as_of
from holds
inner join bucket on holds.dimension_value = bucket.age_bucket
left join money
    on
        holds.period = money.period
        and holds.entity_id = money.entity_id
        and holds.dimension_value = money.dimension_value
left join entity on holds.entity_id = entity.entity_id
