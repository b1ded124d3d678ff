{{ config(materialized='stable_view') }}

with batch as (
    select * from {{ source('interface_records', 'batch') }}
),

promotion as (
    select * from {{ source('gate_records', 'promotion') }}
    where known_at <= {{ as_of() }}
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
    case when promotion.batch_id is not null then 'promoted' else batch.state end as state,
    batch.rows_landed,
    coalesce(promotion.rows_promoted, 0) as rows_promoted,
    coalesce(promotion.rows_quarantined, 0) as rows_quarantined,
    coalesce(released.rows_released, 0) as rows_released,
    batch.landed_at,
    promotion.known_at
from batch
left join promotion on batch.batch_id = promotion.batch_id
left join released on batch.batch_id = released.batch_id
where batch.landed_at <= {{ as_of() }}
