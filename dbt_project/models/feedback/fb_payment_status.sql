{#
    AP: what became of the last payment of each invoice: sent, settled, returned or rejected, with day and reference.
    A bank's word outranks the ledger's.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'payment_status'
),

word as (
    select * from {{ ref('feedback_words') }}
    where kind = 'payment_status'
),

payment as (
    select
        applied.invoice_id,
        payment.payment_ref,
        payment.currency,
        applied.amount,
        coalesce(
            outcome.outcome,
            case payment.status
                when 'acknowledged' then 'sent'
                when 'sent' then 'sent'
                when 'settled' then 'settled'
                when 'returned' then 'returned'
            end
        ) as payment_status,
        case
            when outcome.outcome is not null then outcome.outcome_date
            when payment.status = 'settled' then {{ utc_date('coalesce(payment.settled_at, payment.sent_at)') }}
            when payment.status = 'returned' then {{ utc_date('coalesce(payment.returned_at, payment.sent_at)') }}
            else {{ utc_date('payment.sent_at') }}
        end as payment_date,
        coalesce(outcome.reason_code, payment.reason_code) as reason_code,
        row_number() over (
            partition by applied.invoice_id
            order by
                coalesce({{ utc_date('payment.sent_at') }}, payment.requested_date) desc nulls last,
                payment.payment_id collate "C" desc
        ) as preference
    from {{ ref('fct_payment_invoice') }} as applied
    inner join {{ ref('fct_payment') }} as payment on applied.payment_id = payment.payment_id
    left join {{ ref('int_payment_outcomes') }} as outcome on payment.payment_id = outcome.payment_id
    where applied.invoice_id is not null
),

stated as (
    select
        operation.target,
        operation.operation,
        invoice.entity_id,
        invoice.invoice_id,
        invoice.invoice_ref,
        invoice.correlation_id,
        payment.payment_status || '|' || payment.payment_ref as readback,
        jsonb_build_object(
            'invoiceId', invoice.invoice_ref,
            'paymentStatus', word.word,
            'paymentReference', payment.payment_ref,
            'paymentDate', payment.payment_date,
            'amount', trim_scale(payment.amount),
            'currency', payment.currency,
            'reason', payment.reason_code,
            'correlationId', invoice.correlation_id
        ) as body
    from payment
    inner join {{ ref('int_invoices') }} as invoice on payment.invoice_id = invoice.invoice_id
    inner join operation on invoice.source_system = operation.target
    inner join word
        on operation.vocabulary = word.vocabulary and payment.payment_status = word.canonical
    where payment.preference = 1 and not invoice.is_cancelled
)

select
    target,
    operation,
    entity_id,
    'invoice' as subject_type,
    invoice_id as subject_id,
    invoice_ref as target_key,
    body,
    body::text as facts,
    readback,
    correlation_id
from stated
