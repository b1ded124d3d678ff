{{ config(materialized='stable_view') }}

with message as (
    select * from {{ ref('stg_ops_message_states') }}
),

entity as (
    select * from {{ ref('dim_entity') }}
),

moment as (
    select {{ as_of() }} as as_of
)

select
    message.message_id,
    message.target,
    message.operation,
    message.entity_id,
    message.subject_type,
    message.subject_id,
    message.sequence,
    message.mode,
    message.state,
    -- What a newer conclusion replaced before its time was up was not due any more.
    coalesce(
        message.mode = 'live'
        and message.confirm_by <= moment.as_of
        and (
            message.confirmed_at <= message.confirm_by or message.replaced_at is null
            or message.replaced_at >= message.confirm_by
        ),
        false
    ) as is_due,
    coalesce(message.confirmed_at <= message.confirm_by, false) as confirmed_in_time,
    {{ local_date('message.confirm_by', "coalesce(entity.time_zone, 'UTC')") }} as due_date,
    message.created_at,
    message.acknowledged_at,
    message.confirmed_at,
    message.replaced_at,
    message.confirm_by
from message
cross join moment
left join entity on message.entity_id = entity.entity_id
