{#
    What banks say of files, groups of payments and payments, in their words. A status of which neither file nor payment
    is known is about something that nobody here sent: it changes nothing and is to be asked about.
#}
{{ config(materialized='stable_view') }}

with status as (
    select * from {{ ref('stg_payment_statuses') }}
),

payment as (
    select
        payment_id,
        entity_id,
        source_system,
        batch_ref,
        end_to_end_id
    from {{ ref('fct_payment') }}
),

batch as (
    select
        batch_ref,
        min(entity_id) as entity_id
    from payment
    group by batch_ref
),

known as (
    select
        end_to_end_id,
        min(payment_id) as payment_id,
        min(entity_id) as entity_id,
        -- the message in which a payment of ours was; an ERP's batch need not be named as its message
        min(case when source_system = 'tieout' then batch_ref end) as message_ref
    from payment
    group by end_to_end_id
)

select
    (status._source_system || ':' || status.status_ref)::text as payment_status_id,
    coalesce(status.level, 'payment')::text as level,
    coalesce(known.entity_id, batch.entity_id) as entity_id,
    known.payment_id,
    status.message_ref,
    status.group_ref,
    status.instruction_id,
    status.end_to_end_id,
    status.status,
    status.reason_code,
    status.detail,
    case
        when coalesce(status.level, 'payment') = 'payment' then known.payment_id is not null
        else batch.batch_ref is not null
    end as is_known,
    status.at,
    status._known_at as known_at,
    status._trace_id as trace_id
from status
left join batch on status.message_ref = batch.batch_ref
left join known
    on
        status.end_to_end_id = known.end_to_end_id
        and coalesce(status.message_ref = known.message_ref, true)
