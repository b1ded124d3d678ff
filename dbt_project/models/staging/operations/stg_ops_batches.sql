{{ config(materialized='stable_view') }}

with batch as (
    select * from {{ source('interface_records', 'batch') }}
),

promotion as (
    select * from {{ source('gate_records', 'promotion') }}
    where known_at <= {{ as_of() }}
),

-- One that was judged and not let through then had stopped, even where a steward accepted it since.
judged as (
    select
        result.batch_id,
        min(gate_run.known_at) as judged_at
    from {{ source('gate_records', 'result') }} as result
    inner join {{ source('gate_records', 'gate_run') }} as gate_run on result.gate_run_id = gate_run.gate_run_id
    group by result.batch_id
),

released as (
    select
        batch_id,
        count(*) as rows_released
    from {{ source('gate_records', 'quarantine') }}
    where state = 'released' and decided_known_at <= {{ as_of() }}
    group by batch_id
)

select
    batch.batch_id,
    batch.source_system,
    batch.object,
    batch.origin,
    case
        when promotion.batch_id is not null then 'promoted'
        when judged.judged_at <= {{ as_of() }} then 'stopped'
        -- a broken contract is found before any rule is tried, and stays
        when batch.state = 'stopped' and judged.batch_id is null then 'stopped'
        else 'landed'
    end as state,
    batch.rows_landed,
    coalesce(promotion.rows_promoted, 0) as rows_promoted,
    coalesce(promotion.rows_quarantined, 0) as rows_quarantined,
    coalesce(released.rows_released, 0) as rows_released,
    batch.interval_start,
    batch.landed_at,
    promotion.known_at
from batch
left join promotion on batch.batch_id = promotion.batch_id
left join judged on batch.batch_id = judged.batch_id
left join released on batch.batch_id = released.batch_id
where batch.landed_at <= {{ as_of() }}
