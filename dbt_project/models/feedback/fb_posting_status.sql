{#
    AP: document number, time of posting and accounting status of invoices that the ERP posted and AP does not show so.
    How often it was confirmed before is among the facts, so that what AP lost again is told again.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'posting_status'
),

word as (
    select * from {{ ref('feedback_words') }}
    where kind = 'invoice_status'
),

unlike as (
    select
        *,
        {{ second_in_utc('erp_posted_at') }} as posted_text
    from {{ ref('int_invoices') }}
    where
        erp_posted_at is not null
        and not is_cancelled
        and (
            source_status not in ('posted', 'paid')
            or source_document_number is distinct from erp_document_number
            or date_trunc('second', source_posted_at) is distinct from date_trunc('second', erp_posted_at)
        )
),

stated as (
    select
        operation.target,
        operation.operation,
        unlike.entity_id,
        unlike.invoice_id,
        unlike.invoice_ref,
        unlike.correlation_id,
        concat_ws('|', 'posted', coalesce(unlike.erp_document_number, ''), unlike.posted_text) as readback,
        jsonb_build_object(
            'invoiceId', unlike.invoice_ref,
            'accountingStatus', word.word,
            'erpDocumentNumber', unlike.erp_document_number,
            'postedAt', unlike.posted_text,
            'correlationId', unlike.correlation_id
        ) as body
    from unlike
    inner join operation on unlike.source_system = operation.target
    inner join word
        on
            operation.vocabulary = word.vocabulary
            and case when unlike.erp_status = 'paid' then 'paid' else 'posted' end = word.canonical
)

select
    stated.target,
    stated.operation,
    stated.entity_id,
    'invoice' as subject_type,
    stated.invoice_id as subject_id,
    stated.invoice_ref as target_key,
    stated.body,
    stated.body::text || '|' || {{ times_confirmed('stated', 'invoice_id') }} as facts,
    stated.readback,
    stated.correlation_id
from stated
