{{ config(materialized='stable_view') }}

with interface_run as (
    select
        *,
        coalesce(ended_at <= {{ as_of() }}, false) as has_ended
    from {{ source('interface_records', 'interface_run') }}
)

select
    interface_run_id,
    direction,
    source_system,
    feed,
    object,
    entity_id,
    case when has_ended then outcome else 'running' end as outcome,
    case when has_ended then error_class end as error_class,
    dag_id,
    trace_id,
    case when has_ended then rows_read else 0 end as rows_read,
    case when has_ended then rows_landed else 0 end as rows_landed,
    case when has_ended then rows_rejected else 0 end as rows_rejected,
    case when has_ended then retries else 0 end as retries,
    interval_start,
    interval_end,
    started_at,
    case when has_ended then ended_at end as ended_at
from interface_run
-- A delivery that starts at as-of follows from what is being concluded; an extraction led to it.
where started_at < {{ as_of() }} or (started_at = {{ as_of() }} and direction = 'extract')
