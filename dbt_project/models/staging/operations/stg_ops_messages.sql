{{ config(materialized='stable_view') }}

-- What a run concludes is sent after it, at its as-of at the earliest.
with outbox as (
    select * from {{ source('delivery_records', 'outbox') }}
    where created_at < {{ as_of() }}
)

select
    message_id,
    target,
    operation,
    entity_id,
    subject_type,
    subject_id,
    sequence,
    mode,
    readback,
    correlation_id,
    created_at
from outbox
