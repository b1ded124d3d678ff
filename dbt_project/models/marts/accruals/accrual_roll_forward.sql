{{ config(materialized='stable_view') }}

with state as (
    select
        entity_id,
        currency,
        period,
        received_qty,
        returned_qty,
        invoiced_qty,
        unit_price,
        lag(received_qty, 1, 0) over line_in_time as received_before,
        lag(returned_qty, 1, 0) over line_in_time as returned_before,
        lag(invoiced_qty, 1, 0) over line_in_time as invoiced_before,
        lag(unit_price, 1, unit_price) over line_in_time as price_before
    from {{ ref('accrual_log') }}
    window line_in_time as (partition by po_line_id, entity_id, currency order by known_at)
),

-- The accrual after each part of a change, one part after the other at the price until then.
stepped as (
    select
        entity_id,
        currency,
        period,
        round((received_before - returned_before - invoiced_before) * price_before, 2) as at_first,
        round((received_qty - returned_before - invoiced_before) * price_before, 2) as after_receipts,
        round((received_qty - returned_qty - invoiced_before) * price_before, 2) as after_returns,
        round((received_qty - returned_qty - invoiced_qty) * price_before, 2) as after_invoices,
        round((received_qty - returned_qty - invoiced_qty) * unit_price, 2) as at_last
    from state
),

movement as (
    select
        entity_id,
        currency,
        period,
        sum(after_receipts - at_first) as received_amount,
        sum(after_returns - after_receipts) as returned_amount,
        sum(after_invoices - after_returns) as invoiced_amount,
        sum(at_last - after_invoices) as repriced_amount
    from stepped
    group by entity_id, currency, period
),

-- Days on which something moved or a figure was concluded, since movements are kept.
day as (
    select
        entity_id,
        currency,
        period
    from movement

    union

    select
        entity_id,
        currency,
        period
    from {{ ref('kpi_value') }}
    where
        kpi = 'grni_accrual'
        and dimension = 'all'
        and superseded_at is null
        and period >= (select min(movement.period) from movement)
),

by_day as (
    select
        day.entity_id,
        day.currency,
        day.period,
        coalesce(movement.received_amount, 0) as received_amount,
        coalesce(movement.returned_amount, 0) as returned_amount,
        coalesce(movement.invoiced_amount, 0) as invoiced_amount,
        coalesce(movement.repriced_amount, 0) as repriced_amount
    from day
    left join movement
        on
            day.entity_id = movement.entity_id
            and day.currency = movement.currency
            and day.period = movement.period
),

by_period as (
    select
        'day' as period_kind,
        by_day.*
    from by_day

    union all

    select
        'month' as period_kind,
        entity_id,
        currency,
        (date_trunc('month', period) + interval '1 month' - interval '1 day')::date as period,
        sum(received_amount) as received_amount,
        sum(returned_amount) as returned_amount,
        sum(invoiced_amount) as invoiced_amount,
        sum(repriced_amount) as repriced_amount
    from by_day
    group by entity_id, currency, date_trunc('month', period)
),

rolled as (
    select
        *,
        received_amount + returned_amount + invoiced_amount + repriced_amount as moved_amount,
        sum(received_amount + returned_amount + invoiced_amount + repriced_amount) over (
            partition by period_kind, entity_id, currency
            order by period
        ) as closing_amount
    from by_period
)

select
    rolled.period_kind::text as period_kind,
    rolled.period,
    rolled.entity_id,
    entity.name as entity_name,
    rolled.currency,
    (rolled.closing_amount - rolled.moved_amount)::numeric(20, 4) as opening_amount,
    rolled.received_amount::numeric(20, 4) as received_amount,
    rolled.returned_amount::numeric(20, 4) as returned_amount,
    rolled.invoiced_amount::numeric(20, 4) as invoiced_amount,
    rolled.repriced_amount::numeric(20, 4) as repriced_amount,
    rolled.closing_amount::numeric(20, 4) as closing_amount
from rolled
left join {{ ref('dim_entity') }} as entity on rolled.entity_id = entity.entity_id
