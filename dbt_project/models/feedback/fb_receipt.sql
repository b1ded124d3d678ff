{#
    ERPs: receipts that supply has posted and the ERP of their order lacks after the SLA, as open findings say. How
    often it was confirmed before is among the facts, so that a posting that got lost again is sent again.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'receipt'
),

word as (
    select * from {{ ref('feedback_words') }}
),

lacking as (
    select
        receipt.*,
        purchase_order.source_system as ledger,
        purchase_order.po_number,
        purchase_order.correlation_id,
        line.line_number as po_line_number,
        line.item_number as ordered_item_number
    from {{ ref('exc_hold') }} as hold
    inner join {{ ref('int_receipt_lines') }} as receipt on hold.subject_id = receipt.receipt_line_id
    inner join {{ ref('int_purchase_orders') }} as purchase_order
        on receipt.purchase_order_id = purchase_order.purchase_order_id
    inner join {{ ref('int_purchase_order_lines') }} as line on receipt.po_line_id = line.po_line_id
    where hold.is_open and hold.code = 'RECEIPT_LATE_POSTED' and receipt.erp_receipt_line_id is null
),

worded as (
    select
        operation.target,
        operation.operation,
        operation.vocabulary,
        lacking.entity_id,
        lacking.receipt_line_id,
        lacking.receipt_ref,
        lacking.correlation_id,
        lacking.po_number,
        lacking.po_line_number,
        lacking.ordered_item_number,
        code.code as company,
        kind.word as kind,
        trim_scale(lacking.qty_source) as qty,
        coalesce(unit.word, lacking.unit) as unit,
        {{ second_in_utc('lacking.received_at') }} as received_text
    from lacking
    inner join operation on lacking.ledger = operation.target
    inner join {{ ref('stg_ops_entity_codes') }} as code
        on lacking.entity_id = code.entity_id and operation.target = code.source_system
    inner join word as kind
        on
            operation.vocabulary = kind.vocabulary
            and kind.kind = 'receipt_kind'
            and lacking.kind = kind.canonical
    left join word as unit
        on operation.vocabulary = unit.vocabulary and unit.kind = 'unit' and lacking.unit = unit.canonical
),

stated as (
    select
        *,
        case vocabulary
            when 'oracle'
                then jsonb_build_object(
                        'sourceDocRef', receipt_ref,
                        'company', company,
                        'poNumber', po_number,
                        'poLine', po_line_number,
                        'itemNumber', ordered_item_number,
                        'transactionType', kind,
                        'quantity', qty,
                        'unit', unit,
                        'transactionDate', received_text,
                        'correlationId', correlation_id
                    )
            when 'sap'
                then jsonb_build_object(
                        'companyCode', company,
                        'purchaseOrder', po_number,
                        'item', po_line_number,
                        'material', ordered_item_number,
                        'movementType', kind,
                        'quantity', qty,
                        'unit', unit,
                        'documentDate', received_text,
                        'correlationId', correlation_id
                    )
        end as body
    from worded
)

select
    stated.target,
    stated.operation,
    stated.entity_id,
    'receipt' as subject_type,
    stated.receipt_line_id as subject_id,
    stated.receipt_ref as target_key,
    stated.body,
    stated.body::text || '|' || {{ times_confirmed('stated', 'receipt_line_id') }} as facts,
    'posted' as readback,
    stated.correlation_id
from stated
