{#
    The system that receives: too little or too much received, packs of an item that contradict each other, receipts
    posted too late. A finding is told when it opens; that it is over is told where it was told that it opened.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'receipt_discrepancy'
),

word as (
    select * from {{ ref('feedback_words') }}
),

finding as (
    select distinct on (code, subject_id)
        code,
        subject_type,
        subject_id,
        entity_id,
        purchase_order_id,
        po_line_id,
        correlation_id,
        expected,
        actual,
        explanation,
        code || ' ' || subject_id as discrepancy_id,
        case code
            when 'RECEIPT_SHORT' then 'short'
            when 'RECEIPT_OVER' then 'over'
            when 'UOM_CONFLICT' then 'unit'
            when 'RECEIPT_LATE_POSTED' then 'late'
        end as kind,
        case when is_open then 'open' else 'resolved' end as state
    from {{ ref('exc_hold') }}
    where code in ('RECEIPT_SHORT', 'RECEIPT_OVER', 'UOM_CONFLICT', 'RECEIPT_LATE_POSTED')
    order by code asc, subject_id asc, episode desc
),

receiving as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'receipt_line' and role = 'record' and recency = 1
),

told as (
    select distinct
        target,
        subject_id
    from {{ ref('stg_ops_messages') }}
    where operation = 'receipt_discrepancy'
),

-- An item's packs belong to its master, everything else to where its entity receives.
owned as (
    select
        operation.target,
        operation.operation,
        operation.vocabulary,
        operation.system,
        finding.*
    from finding
    left join receiving on finding.entity_id = receiving.entity_id and finding.subject_type <> 'item'
    inner join operation
        on
            operation.system
            = case
                when finding.subject_type = 'item' then {{ system_of('finding.subject_id') }}
                else receiving.source_system
            end
    left join told on operation.target = told.target and finding.discrepancy_id = told.subject_id
    where finding.state = 'open' or told.subject_id is not null
),

stated as (
    select
        owned.target,
        owned.operation,
        coalesce(owned.entity_id, 'ALL') as entity_id,
        owned.discrepancy_id,
        owned.correlation_id,
        owned.state || '|' || coalesce(owned.actual, '') as readback,
        jsonb_build_object(
            'discrepancyId', owned.discrepancy_id,
            'site', code.code,
            'kind', kind.word,
            'state', state.word,
            'poNo', purchase_order.po_number,
            'poLine', line.line_number,
            'receiptId', case when owned.subject_type = 'receipt' then {{ key_of('owned.subject_id') }} end,
            'itemNo',
            case when owned.subject_type = 'item' then {{ key_of('owned.subject_id') }} else line.item_number end,
            'expected', owned.expected,
            'actual', owned.actual,
            'explanation', owned.explanation,
            'correlationId', owned.correlation_id
        ) as body
    from owned
    inner join word as kind
        on owned.vocabulary = kind.vocabulary and kind.kind = 'discrepancy_kind' and owned.kind = kind.canonical
    inner join word as state
        on owned.vocabulary = state.vocabulary and state.kind = 'discrepancy_state' and owned.state = state.canonical
    left join {{ ref('stg_ops_entity_codes') }} as code
        on owned.entity_id = code.entity_id and owned.system = code.source_system
    left join {{ ref('int_purchase_orders') }} as purchase_order
        on owned.purchase_order_id = purchase_order.purchase_order_id
    left join {{ ref('int_purchase_order_lines') }} as line on owned.po_line_id = line.po_line_id
)

select
    target,
    operation,
    entity_id,
    'discrepancy' as subject_type,
    discrepancy_id as subject_id,
    discrepancy_id as target_key,
    body,
    body::text as facts,
    readback,
    correlation_id
from stated
