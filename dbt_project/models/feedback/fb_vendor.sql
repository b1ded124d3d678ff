{#
    AP and supply: vendors that are ordered from and that their copy lacks or contradicts after the SLA. How often it was
    confirmed before is among the facts, so that a copy that went wrong again is repaired again. Tax ids and bank data are
    encrypted here and not told.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'vendor'
),

word as (
    select * from {{ ref('feedback_words') }}
),

unlike as (
    select copy.*
    from {{ ref('int_vendor_copies') }} as copy
    inner join {{ ref('int_copy_readings') }} as reading
        on copy.target = reading.source_system and reading.object = 'vendor'
    where not copy.is_equal and copy.due_at <= reading.read_to
),

stated as (
    select
        operation.target,
        operation.operation,
        unlike.vendor_id,
        unlike.vendor_number,
        case operation.vocabulary
            when 'ap'
                then jsonb_build_object(
                        'supplierId', unlike.copy_number,
                        'sourceSystem', ledger.word,
                        'sourceReference', unlike.vendor_number,
                        'name', unlike.name,
                        'status', status.word,
                        'paymentTerms', term.word,
                        'currency', unlike.currency
                    )
            when 'supply'
                then jsonb_build_object(
                        'vendorNo', unlike.copy_number,
                        'erp', ledger.word,
                        'erpVendorNo', unlike.vendor_number,
                        'name', unlike.name
                    )
        end as body
    from unlike
    inner join operation on unlike.target = operation.target
    inner join word as ledger
        on
            operation.vocabulary = ledger.vocabulary
            and ledger.kind = 'erp'
            and unlike.source_system = ledger.canonical
    left join word as status
        on
            operation.vocabulary = status.vocabulary
            and status.kind = 'vendor_status'
            and coalesce(unlike.status, 'active') = status.canonical
    left join word as term
        on
            operation.vocabulary = term.vocabulary
            and term.kind = 'payment_term'
            and unlike.payment_term_code = term.canonical
)

select
    stated.target,
    stated.operation,
    'ALL' as entity_id,
    'vendor' as subject_type,
    stated.vendor_id as subject_id,
    stated.vendor_number as target_key,
    stated.body,
    stated.body::text || '|' || {{ times_confirmed('stated', 'vendor_id') }} as facts,
    'present' as readback,
    null::text as correlation_id
from stated
