{#
    ERPs: payments of which a bank said that they were settled, returned or rejected, and that the ERP does not show
    so. A rejected payment came back, as a returned one did; the reason tells them apart.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'payment_outcome'
),

word as (
    select * from {{ ref('feedback_words') }}
    where kind = 'payment_status'
),

unlike as (
    select
        payment.payment_id,
        payment.payment_ref,
        payment.source_system,
        payment.entity_id,
        case when outcome.outcome = 'settled' then 'settled' else 'returned' end as payment_status,
        outcome.outcome_date,
        outcome.bank_ref,
        outcome.reason_code
    from {{ ref('fct_payment') }} as payment
    inner join {{ ref('int_payment_outcomes') }} as outcome on payment.payment_id = outcome.payment_id
    where payment.status <> case when outcome.outcome = 'settled' then 'settled' else 'returned' end
),

stated as (
    select
        operation.target,
        operation.operation,
        unlike.entity_id,
        unlike.payment_id,
        unlike.payment_ref,
        unlike.payment_status as readback,
        jsonb_build_object(
            'paymentReference', unlike.payment_ref,
            'status', word.word,
            'valueDate', unlike.outcome_date,
            'bankReference', unlike.bank_ref,
            'reason', unlike.reason_code
        ) as body
    from unlike
    inner join operation on unlike.source_system = operation.target
    inner join word
        on operation.vocabulary = word.vocabulary and unlike.payment_status = word.canonical
)

select
    stated.target,
    stated.operation,
    stated.entity_id,
    'payment' as subject_type,
    stated.payment_id as subject_id,
    stated.payment_ref as target_key,
    stated.body,
    stated.body::text || '|' || {{ times_confirmed('stated', 'payment_id') }} as facts,
    stated.readback,
    null::text as correlation_id
from stated
