{{ config(materialized='stable_view') }}

with day as (
    select generate_series(date '2015-01-01', date '2040-12-31', interval '1 day')::date as date_day
)

select
    date_day,
    date_trunc('week', date_day)::date as date_week,
    date_trunc('month', date_day)::date as date_month,
    date_trunc('quarter', date_day)::date as date_quarter,
    extract(isodow from date_day)::integer as day_of_week
from day
