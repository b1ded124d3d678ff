{#
    How far each message had got as of the run: when the target first said yes, when a later extraction showed it, and
    when a newer message took its place. Row by row, so that one subject's messages are found by their index.
#}
{{ config(materialized='stable_view') }}

with outbox as (
    select * from {{ source('delivery_records', 'outbox') }}
    where created_at < {{ as_of() }}
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
    outbox.created_at,
    outbox.confirm_by,
    tried.acknowledged_at,
    confirmation.confirmed_at,
    newer.created_at as replaced_at,
    case
        when outbox.mode = 'shadow' then 'shadow'
        when confirmation.message_id is not null then 'confirmed'
        when tried.acknowledged_at is not null then 'acknowledged'
        when newer.created_at is not null then 'superseded'
        when tried.last_outcome in ('dead', 'retrying') then tried.last_outcome
        else 'pending'
    end as state
from outbox
left join
    lateral (
        select
            min(attempt.at) filter (where attempt.outcome = 'acknowledged') as acknowledged_at,
            (array_agg(attempt.outcome order by attempt.attempt_id desc))[1] as last_outcome
        from {{ source('delivery_records', 'attempt') }} as attempt
        where attempt.message_id = outbox.message_id and attempt.at < {{ as_of() }}
    ) as tried
    on true
left join {{ source('delivery_records', 'confirmation') }} as confirmation
    on outbox.message_id = confirmation.message_id and confirmation.confirmed_at < {{ as_of() }}
left join
    lateral (
        select following.created_at
        from {{ source('delivery_records', 'outbox') }} as following
        where
            following.target = outbox.target
            and following.operation = outbox.operation
            and following.subject_id = outbox.subject_id
            and following.sequence > outbox.sequence
            and following.mode = outbox.mode
            and following.created_at < {{ as_of() }}
        order by following.sequence
        limit 1
    ) as newer
    on true
