{{ config(materialized='stable_view') }}

with batch as (
    select * from {{ ref('stg_ops_batches') }}
)

select
    batch_id,
    source_system,
    object,
    origin,
    state,
    rows_landed,
    rows_promoted + rows_released as rows_promoted,
    rows_quarantined - rows_released as rows_quarantined,
    (landed_at at time zone 'UTC')::date as load_date,
    landed_at,
    known_at
from batch
