{{ config(materialized='stable_view') }}

with payment as (
    select * from {{ ref('fct_payment_progress') }}
),

sent as (
    select
        sent_date,
        entity_id,
        count(*) as payments
    from payment
    group by sent_date, entity_id
),

wrong as (
    select
        sent_date,
        entity_id,
        cut.dimension,
        cut.dimension_value,
        count(*) as payments
    from payment
    cross join lateral (values ('all', 'all'), ('exception', payment.exception)) as cut (dimension, dimension_value)
    where payment.exception is not null
    group by sent_date, entity_id, cut.dimension, cut.dimension_value
),

-- What happened at an entity at all counts on each of its days, so that parts sum to any level.
occurring as (
    select
        entity_id,
        'all' as dimension,
        'all' as dimension_value
    from sent

    union

    select
        entity_id,
        dimension,
        dimension_value
    from wrong
),

parts as (
    select
        sent.sent_date,
        sent.entity_id,
        occurring.dimension,
        occurring.dimension_value,
        coalesce(wrong.payments, 0) as numerator,
        sent.payments as denominator
    from sent
    inner join occurring on sent.entity_id = occurring.entity_id
    left join wrong
        on
            sent.sent_date = wrong.sent_date
            and sent.entity_id = wrong.entity_id
            and occurring.dimension = wrong.dimension
            and occurring.dimension_value = wrong.dimension_value
)

select
    'payment_exception_rate' as kpi,
    sent_date as period,
    entity_id,
    dimension,
    dimension_value,
    null::text as currency,
    numerator::numeric(24, 4) as numerator,
    denominator::numeric(24, 4) as denominator,
    {{ percentage('numerator', 'denominator') }} as value,
    '%' as unit
from parts
