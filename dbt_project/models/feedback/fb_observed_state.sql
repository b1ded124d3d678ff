{# What the last extractions show of each subject at each target, in the words of the messages' readback. #}
{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('int_invoices') }}
),

operation as (
    select * from {{ ref('feedback_operations') }}
),

at_ap as (
    select
        operation.target,
        operation.operation,
        invoice.invoice_id as subject_id,
        invoice.match_status || '|' || coalesce(invoice.hold_codes, '') as readback,
        invoice.match_status_known_at as known_at
    from invoice
    inner join operation on invoice.source_system = operation.target and operation.operation = 'match_result'
    where invoice.match_status is not null
),

-- What an ERP posted it took for cleared, whatever its copy says.
at_erp as (
    select
        operation.target,
        operation.operation,
        invoice.invoice_id as subject_id,
        coalesce(invoice.erp_match_status, 'cleared') as readback,
        invoice.erp_copy_known_at as known_at
    from invoice
    inner join operation
        on split_part(invoice.erp_invoice_id, ':', 1) = operation.target and operation.operation = 'invoice_clearance'
    where invoice.erp_match_status is not null or invoice.erp_posted_at is not null
),

order_copy as (
    select
        operation.target,
        operation.operation,
        copy.purchase_order_id as subject_id,
        'present' as readback,
        copy.copy_known_at as known_at
    from {{ ref('int_copies') }} as copy
    inner join operation on copy.target = operation.target and operation.operation = 'purchase_order'
    where copy.is_present and copy.is_equal
),

posting as (
    select
        operation.target,
        operation.operation,
        invoice.invoice_id as subject_id,
        concat_ws(
            '|', 'posted', coalesce(invoice.source_document_number, ''), {{ second_in_utc('invoice.source_posted_at') }}
        ) as readback,
        invoice._known_at as known_at
    from invoice
    inner join operation on invoice.source_system = operation.target and operation.operation = 'posting_status'
    where invoice.source_status in ('posted', 'paid') and invoice.source_posted_at is not null
),

payment as (
    select
        operation.target,
        operation.operation,
        invoice.invoice_id as subject_id,
        invoice.source_payment_status || '|' || coalesce(invoice.source_payment_ref, '') as readback,
        invoice._known_at as known_at
    from invoice
    inner join operation on invoice.source_system = operation.target and operation.operation = 'payment_status'
    where invoice.source_payment_status is not null
),

-- What an ERP shows on its copy of an invoice that is paid through us.
payment_on_copy as (
    select
        operation.target,
        operation.operation,
        invoice.invoice_id as subject_id,
        invoice.erp_payment_status || '|' || coalesce(invoice.erp_payment_ref, '') as readback,
        invoice.erp_copy_known_at as known_at
    from invoice
    inner join operation
        on {{ system_of('invoice.erp_invoice_id') }} = operation.target and operation.operation = 'payment_status'
    where invoice.erp_payment_status is not null
),

payment_at_erp as (
    select
        operation.target,
        operation.operation,
        paid.payment_id as subject_id,
        paid.status as readback,
        paid.known_at
    from {{ ref('fct_payment') }} as paid
    inner join operation on paid.source_system = operation.target and operation.operation = 'payment_outcome'
    inner join {{ ref('int_payment_outcomes') }} as outcome on paid.payment_id = outcome.payment_id
),

-- Of receipts, those that an ERP was told of: they are few, and postings are many.
receipt as (
    select distinct
        told.target,
        told.operation,
        told.subject_id,
        'posted' as readback,
        copy._known_at as known_at
    from {{ ref('stg_ops_messages') }} as told
    inner join {{ ref('int_receipt_lines') }} as posted on told.subject_id = posted.receipt_line_id
    inner join {{ ref('stg_receipt_lines') }} as copy
        on
            {{ system_of('posted.erp_receipt_line_id') }} = copy._source_system
            and {{ key_of('posted.erp_receipt_line_id') }} = copy._record_key
    where told.operation = 'receipt'
),

vendor_copy as (
    select
        operation.target,
        operation.operation,
        copy.vendor_id as subject_id,
        'present' as readback,
        copy.copy_known_at as known_at
    from {{ ref('int_vendor_copies') }} as copy
    inner join operation on copy.target = operation.target and operation.operation = 'vendor'
    where copy.is_equal
),

discrepancy as (
    select
        operation.target,
        operation.operation,
        shown.discrepancy_ref as subject_id,
        shown.status || '|' || coalesce(shown.actual, '') as readback,
        shown._known_at as known_at
    from {{ ref('stg_receipt_discrepancies') }} as shown
    inner join operation
        on shown._source_system = operation.system and operation.operation = 'receipt_discrepancy'
)

{% for shown in [
    'at_ap', 'at_erp', 'order_copy', 'posting', 'payment', 'payment_on_copy', 'payment_at_erp', 'receipt', 'vendor_copy',
    'discrepancy',
] -%}
select
    target::text as target,
    operation::text as operation,
    subject_id::text as subject_id,
    readback::text as readback,
    known_at
from {{ shown }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
