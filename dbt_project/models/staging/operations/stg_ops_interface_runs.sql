{{ config(materialized='stable_view') }}

with interface_run as (
    select * from {{ source('interface_records', 'interface_run') }}
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
    interval_start,
    interval_end,
    started_at,
    ended_at
from interface_run
where started_at <= {{ as_of() }}
