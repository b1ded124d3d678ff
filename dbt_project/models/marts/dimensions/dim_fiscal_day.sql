{{ config(materialized='stable_view') }}

{% set months = [
    'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'
] -%}

with day as (
    select * from {{ ref('dim_date') }}
),

calendar as (
    select
        'calendar_year' as fiscal_calendar,
        1 as first_month
    {%- for month in months %}
    union all
    select
        'fiscal_from_{{ month }}' as fiscal_calendar,
        {{ loop.index + 1 }} as first_month
    {%- endfor %}
),

used as (
    select
        fiscal_calendar,
        first_month
    from calendar
    where fiscal_calendar in (select entity.fiscal_calendar from {{ ref('dim_entity') }} as entity)
),

counted as (
    select
        used.fiscal_calendar,
        used.first_month,
        day.date_day,
        extract(year from day.date_day)::integer as calendar_year,
        extract(month from day.date_day)::integer as calendar_month
    from used
    cross join day
),

final as (
    select
        counted.*,
        (calendar_month - first_month + 12) % 12 + 1 as fiscal_period
    from counted
)

select
    (fiscal_calendar || ':' || date_day)::text as fiscal_day_id,
    fiscal_calendar::text as fiscal_calendar,
    date_day,
    case when first_month > 1 and calendar_month >= first_month then calendar_year + 1 else calendar_year end
        as fiscal_year,
    (fiscal_period + 2) / 3 as fiscal_quarter,
    fiscal_period
from final
