{{ config(materialized='stable_view') }}

with open_hold as (
    select * from {{ ref('exc_hold') }}
    where is_open
),

entity as (
    select
        entity_id,
        {{ local_date(as_of(), 'time_zone') }} as period
    from {{ ref('dim_entity') }}
),

bucket as (
    select * from {{ ref('aging_buckets') }}
),

counted as (
    select
        entity_id,
        age_bucket,
        count(*)::numeric as holds
    from open_hold
    group by entity_id, age_bucket
),

valued as (
    select
        entity_id,
        age_bucket,
        currency,
        sum(amount_at_risk) as amount_at_risk
    from open_hold
    where amount_at_risk is not null and code <> 'RECOVERY_DUE' -- it sums up other holds of its invoice
    group by entity_id, age_bucket, currency
)

select
    'exception_aging' as kpi,
    entity.period,
    entity.entity_id,
    'age_bucket' as dimension,
    bucket.age_bucket as dimension_value,
    null::text as currency,
    coalesce(counted.holds, 0)::numeric(24, 4) as numerator,
    null::numeric(24, 4) as denominator,
    coalesce(counted.holds, 0)::numeric(24, 4) as value,
    'count' as unit
from entity
cross join bucket
left join counted on entity.entity_id = counted.entity_id and bucket.age_bucket = counted.age_bucket

union all

select
    'exception_aging' as kpi,
    entity.period,
    entity.entity_id,
    'age_bucket_amount' as dimension,
    valued.age_bucket as dimension_value,
    valued.currency,
    valued.amount_at_risk::numeric(24, 4) as numerator,
    null::numeric(24, 4) as denominator,
    valued.amount_at_risk::numeric(24, 4) as value,
    'money' as unit
from entity
inner join valued on entity.entity_id = valued.entity_id
