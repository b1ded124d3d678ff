{{ config(materialized='stable_view') }}

with outbox as (
    select * from {{ source('delivery_records', 'outbox') }}
    where created_at <= {{ as_of() }}
),

message_state as (
    select * from {{ source('delivery_records', 'message_state') }}
)

select
    outbox.message_id,
    outbox.target,
    outbox.operation,
    outbox.entity_id,
    outbox.subject_type,
    outbox.subject_id,
    outbox.sequence,
    outbox.mode,
    outbox.readback,
    outbox.correlation_id,
    message_state.state,
    outbox.created_at,
    message_state.confirmed_at
from outbox
inner join message_state on outbox.message_id = message_state.message_id
