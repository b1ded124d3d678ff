{{ config(materialized='stable_view') }}

with run as (
    select * from {{ ref('stg_ops_interface_runs') }}
)

select
    interface_run_id,
    direction,
    source_system,
    feed,
    object,
    entity_id,
    outcome,
    error_class,
    dag_id,
    trace_id,
    rows_read,
    rows_landed,
    rows_rejected,
    retries,
    (started_at at time zone 'UTC')::date as run_date,
    interval_start,
    interval_end,
    started_at,
    ended_at
from run
