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

-- What pain.002 says. A return of the ACH is no acknowledgement, and names no message of ours.
status as (
    select * from {{ ref('stg_payment_statuses') }}
    where message_ref is not null
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

-- The finding's rule: a cheque waits for its payee, a payment for its day.
unconfirmed as (
    select subject_id as payment_id
    from {{ ref('match_bank_issue') }}
    where code = 'PAYMENT_UNCONFIRMED'
),

judged as (
    select
        payment.*,
        entity.time_zone,
        answered.acknowledged_at,
        outcome.outcome,
        unconfirmed.payment_id is not null as is_unconfirmed
    from payment
    inner join entity on payment.entity_id = entity.entity_id
    left join answered on payment.payment_id = answered.payment_id
    left join {{ ref('int_payment_outcomes') }} as outcome on payment.payment_id = outcome.payment_id
    left join unconfirmed on payment.payment_id = unconfirmed.payment_id
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
        when is_unconfirmed then 'unconfirmed'
    end)::text as exception,
    sent_at,
    acknowledged_at,
    {{ minutes_between('sent_at', 'acknowledged_at') }}::numeric(24, 4) as ack_minutes
from judged
