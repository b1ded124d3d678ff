{{ config(materialized='stable_view') }}

with result as (
    select * from {{ source('gate_records', 'result') }}
),

gate_run as (
    select * from {{ source('gate_records', 'gate_run') }}
    where known_at <= {{ as_of() }}
)

select
    result.gate_run_id,
    result.batch_id,
    result.object,
    result.source_system,
    result.rule_id,
    result.severity,
    result.owner,
    result.rows_checked,
    result.rows_failed,
    gate_run.known_at
from result
inner join gate_run on result.gate_run_id = gate_run.gate_run_id
