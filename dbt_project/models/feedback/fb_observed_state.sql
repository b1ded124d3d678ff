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

at_erp as (
    select
        operation.target,
        operation.operation,
        invoice.invoice_id as subject_id,
        invoice.erp_match_status as readback,
        invoice.erp_match_status_known_at as known_at
    from invoice
    inner join operation
        on split_part(invoice.erp_invoice_id, ':', 1) = operation.target and operation.operation = 'invoice_clearance'
    where invoice.erp_match_status is not null
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
)

select
    target::text as target,
    operation::text as operation,
    subject_id::text as subject_id,
    readback::text as readback,
    known_at
from at_ap
union all
select
    target::text as target,
    operation::text as operation,
    subject_id::text as subject_id,
    readback::text as readback,
    known_at
from at_erp
union all
select
    target::text as target,
    operation::text as operation,
    subject_id::text as subject_id,
    readback::text as readback,
    known_at
from order_copy
