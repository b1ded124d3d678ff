{{ config(materialized='stable_view') }}

-- Every entity with accruals has a figure, zero where nothing is accrued.
with entity as (
    select
        entity_id,
        currency,
        {{ local_date(as_of(), 'time_zone') }} as period
    from {{ ref('dim_entity') }}
    where accruals
),

accrued as (
    select * from {{ ref('fct_purchase_order_line') }}
    where grni_amount > 0
),

amount as (
    select
        entity.period,
        entity.entity_id,
        'all' as dimension,
        'all' as dimension_value,
        coalesce(accrued.currency, entity.currency) as currency,
        sum(coalesce(accrued.grni_amount, 0)) as grni_amount
    from entity
    left join accrued on entity.entity_id = accrued.entity_id
    group by entity.period, entity.entity_id, coalesce(accrued.currency, entity.currency)

    union all

    select
        entity.period,
        entity.entity_id,
        'vendor' as dimension,
        coalesce(accrued.vendor_key, 'unknown') as dimension_value,
        accrued.currency,
        sum(accrued.grni_amount) as grni_amount
    from entity
    inner join accrued on entity.entity_id = accrued.entity_id
    group by entity.period, entity.entity_id, coalesce(accrued.vendor_key, 'unknown'), accrued.currency
)

select
    'grni_accrual' as kpi,
    period,
    entity_id,
    dimension,
    dimension_value,
    currency,
    grni_amount::numeric(24, 4) as numerator,
    null::numeric(24, 4) as denominator,
    grni_amount::numeric(24, 4) as value,
    'money' as unit
from amount
