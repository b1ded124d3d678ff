{{ config(materialized='stable_view') }}

with payment as (
    select * from {{ ref('int_payments') }}
    where sent_at is not null and state <> 'cancelled'
),

entity as (
    select
        entity_id,
        coalesce(time_zone, 'UTC') as time_zone
    from {{ ref('dim_entity') }}
),

status as (
    select * from {{ ref('stg_payment_statuses') }}
),

-- What a bank says of a file or group it says of each payment in it; the batch's id is the file's.
answer as (
    select
        payment.payment_id,
        status.at
    from payment
    inner join status on payment.end_to_end_id = status.end_to_end_id

    union all

    select
        payment.payment_id,
        status.at
    from payment
    inner join status on payment.batch_ref = status.message_ref and status.end_to_end_id is null
),

answered as (
    select
        payment_id,
        min(at) as acknowledged_at
    from answer
    group by payment_id
),

{{ choose_payment_policy('payment') }},

judged as (
    select
        payment.*,
        entity.time_zone,
        answered.acknowledged_at,
        outcome.outcome,
        outcome.payment_id is null
        and answered.payment_id is null
        and payment.state not in ('settled', 'returned')
        and {{ hours_after('payment.sent_at', 'policy.unconfirmed_hours') }} < {{ as_of() }} as is_unconfirmed
    from payment
    inner join entity on payment.entity_id = entity.entity_id
    left join answered on payment.payment_id = answered.payment_id
    left join {{ ref('int_payment_outcomes') }} as outcome on payment.payment_id = outcome.payment_id
    {{ join_payment_policy('payment', 'payment') }}
)

select
    payment_id,
    entity_id,
    vendor_key,
    source_system,
    batch_ref,
    method,
    amount::numeric(20, 4) as amount,
    currency,
    {{ local_date('sent_at', 'time_zone') }} as sent_date,
    (case
        when outcome = 'rejected' then 'rejected'
        when state = 'returned' then 'returned'
        when coalesce(is_unconfirmed, false) then 'unconfirmed'
    end)::text as exception,
    sent_at,
    acknowledged_at,
    {{ minutes_between('sent_at', 'acknowledged_at') }}::numeric(24, 4) as ack_minutes
from judged
