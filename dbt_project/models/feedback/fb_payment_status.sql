{#
    What became of the last payment of each invoice: sent, settled, returned or rejected, with day and reference. A bank's
    word outranks the ledger's. Where an invoice was entered, every payment is told but the system's own; an ERP that
    keeps a copy hears of those made through us: its own it knows.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'payment_status'
),

word as (
    select * from {{ ref('feedback_words') }}
    where kind = 'invoice_payment_status'
),

payment as (
    select
        applied.invoice_id,
        payment.source_system as paid_through,
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

invoice as (
    select * from {{ ref('int_invoices') }}
    where not is_cancelled
),

paid as (
    select
        payment.*,
        invoice.entity_id,
        invoice.source_system,
        invoice.invoice_ref,
        invoice.erp_invoice_id,
        invoice.correlation_id
    from payment
    inner join invoice on payment.invoice_id = invoice.invoice_id
    where payment.preference = 1
),

addressed as (
    select
        paid.*,
        source_system as target,
        invoice_ref as target_key
    from paid
    where paid_through <> source_system

    union all

    select
        paid.*,
        {{ system_of('erp_invoice_id') }} as target,
        {{ key_of('erp_invoice_id') }} as target_key
    from paid
    where paid_through = 'tieout' and erp_invoice_id is not null
),

stated as (
    select
        operation.target,
        operation.operation,
        addressed.entity_id,
        addressed.invoice_id,
        addressed.target_key,
        addressed.correlation_id,
        addressed.payment_status || '|' || addressed.payment_ref as readback,
        jsonb_build_object(
            'invoiceId', addressed.target_key,
            'paymentStatus', word.word,
            'paymentReference', addressed.payment_ref,
            'paymentDate', addressed.payment_date,
            'amount', trim_scale(addressed.amount),
            'currency', addressed.currency,
            'reason', addressed.reason_code,
            'correlationId', addressed.correlation_id
        ) as body
    from addressed
    inner join operation on addressed.target = operation.target
    inner join word
        on operation.vocabulary = word.vocabulary and addressed.payment_status = word.canonical
)

select
    target,
    operation,
    entity_id,
    'invoice' as subject_type,
    invoice_id as subject_id,
    target_key,
    body,
    body::text as facts,
    readback,
    correlation_id
from stated
