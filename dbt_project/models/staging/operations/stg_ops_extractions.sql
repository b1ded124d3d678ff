{{ config(materialized='stable_view') }}

select
    interface_run_id,
    source_system,
    object,
    interval_end,
    ended_at
from {{ source('interface_records', 'interface_run') }}
where direction = 'extract' and outcome = 'succeeded' and ended_at <= {{ as_of() }}
