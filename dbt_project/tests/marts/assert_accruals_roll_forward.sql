-- Each period opens with what the one before closed with, moves to its closing, and closes with the day's accrual.
with rolled as (
    select
        *,
        lag(closing_amount, 1, 0::numeric) over (
            partition by period_kind, entity_id, currency
            order by period
        ) as closing_before
    from {{ ref('accrual_roll_forward') }}
),

figure as (
    select * from {{ ref('kpi_value') }}
    where kpi = 'grni_accrual' and dimension = 'all' and superseded_at is null
),

accruing as (
    select entity_id from {{ ref('dim_entity') }}
    where accruals
)

select rolled.*
from rolled
inner join accruing on rolled.entity_id = accruing.entity_id
left join figure
    on
        rolled.period_kind = 'day'
        and rolled.entity_id = figure.entity_id
        and rolled.currency = figure.currency
        and rolled.period = figure.period
where
    rolled.opening_amount <> rolled.closing_before
    or rolled.opening_amount + rolled.received_amount + rolled.returned_amount + rolled.invoiced_amount
    + rolled.repriced_amount <> rolled.closing_amount
    or (rolled.period_kind = 'day' and rolled.closing_amount <> coalesce(figure.value, 0))
