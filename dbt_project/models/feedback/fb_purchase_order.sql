{#
    AP and supply: purchase orders that a copy lacks or holds differently after the SLA, as open SYNC findings say. The
    episode is among the facts, so that a copy that went wrong again is repaired again.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'purchase_order'
),

out_of_sync as (
    select
        copy.target,
        copy.purchase_order_id,
        sum(hold.episode) as episode
    from {{ ref('exc_hold') }} as hold
    inner join {{ ref('int_copies') }} as copy on hold.subject_id = copy.copy_id
    where hold.is_open and hold.code in ('SYNC_MISSING', 'SYNC_DIFFERENT')
    group by copy.target, copy.purchase_order_id
),

-- The number by which the target knows the vendor: of several, the one that refers to the order's own.
supplier as (
    select distinct on (source_system, vendor_key)
        source_system,
        vendor_key,
        vendor_number
    from {{ ref('int_vendor_crosswalk') }}
    where is_known
    order by source_system asc, vendor_key asc, vendor_number collate "C" asc
),

referring as (
    select distinct on (source_system, record_vendor_id)
        source_system,
        record_vendor_id,
        vendor_number
    from {{ ref('int_vendor_crosswalk') }}
    order by source_system asc, record_vendor_id asc, vendor_number collate "C" asc
),

word as (
    select * from {{ ref('feedback_words') }}
),

line as (
    select
        line.purchase_order_id,
        jsonb_agg(
            jsonb_build_object(
                'lineNumber', line.line_number,
                'itemNumber', coalesce(item.item_number, line.item_number),
                'description', line.description,
                'quantity', trim_scale(line.ordered_qty_source - coalesce(line.cancelled_qty_source, 0)),
                'unit', line.unit,
                'price', trim_scale(line.price_source),
                'status', line.status
            )
            order by line.line_number
        ) as ap_lines,
        jsonb_agg(
            jsonb_build_object(
                'line', line.line_number,
                'itemNo', coalesce(item.item_number, line.item_number),
                'description', line.description,
                'qty', trim_scale(line.ordered_qty_source - coalesce(line.cancelled_qty_source, 0)),
                'unit', coalesce(unit.word, line.unit),
                'price', trim_scale(line.price_source),
                'state', coalesce(status.word, line.status)
            )
            order by line.line_number
        ) as supply_lines
    from {{ ref('int_purchase_order_lines') }} as line
    left join {{ ref('int_items') }} as item on line.item_key = item.item_key
    left join word as unit
        on unit.vocabulary = 'supply' and unit.kind = 'unit' and line.unit = unit.canonical
    left join word as status
        on status.vocabulary = 'supply' and status.kind = 'line_status' and line.status = status.canonical
    where line.purchase_order_id in (select out_of_sync.purchase_order_id from out_of_sync)
    group by line.purchase_order_id
),

worded as (
    select
        operation.target,
        operation.operation,
        operation.vocabulary,
        purchase_order.entity_id,
        purchase_order.purchase_order_id,
        purchase_order.po_number,
        purchase_order.correlation_id,
        purchase_order.currency,
        purchase_order.status,
        coalesce(word.word, purchase_order.status) as status_word,
        code.code as site,
        coalesce(referring.vendor_number, supplier.vendor_number) as vendor_number,
        {{ second_in_utc('purchase_order.ordered_at') }} as ordered_text,
        out_of_sync.episode,
        coalesce(line.ap_lines, '[]'::jsonb) as ap_lines,
        coalesce(line.supply_lines, '[]'::jsonb) as supply_lines
    from out_of_sync
    inner join operation on out_of_sync.target = operation.target
    inner join {{ ref('int_purchase_orders') }} as purchase_order
        on out_of_sync.purchase_order_id = purchase_order.purchase_order_id
    inner join {{ ref('stg_ops_entity_codes') }} as code
        on purchase_order.entity_id = code.entity_id and operation.target = code.source_system
    left join word
        on
            operation.vocabulary = word.vocabulary
            and word.kind = 'po_status'
            and purchase_order.status = word.canonical
    left join line on purchase_order.purchase_order_id = line.purchase_order_id
    left join supplier
        on operation.target = supplier.source_system and purchase_order.vendor_key = supplier.vendor_key
    left join referring
        on operation.target = referring.source_system and purchase_order.vendor_id = referring.record_vendor_id
),

stated as (
    select
        *,
        case vocabulary
            when 'ap'
                then jsonb_build_object(
                        'poNumber', po_number,
                        'businessUnit', site,
                        'supplierId', vendor_number,
                        'currency', currency,
                        'status', status,
                        'orderedAt', ordered_text,
                        'lines', ap_lines
                    )
            when 'supply'
                then jsonb_build_object(
                        'poNo', po_number,
                        'site', site,
                        'vendorNo', vendor_number,
                        'state', status_word,
                        'currency', currency,
                        'orderedAt', ordered_text,
                        'lines', supply_lines
                    )
        end as body
    from worded
)

select
    target,
    operation,
    entity_id,
    'purchase_order' as subject_type,
    purchase_order_id as subject_id,
    po_number as target_key,
    body,
    body::text || '|' || episode as facts,
    'present' as readback,
    correlation_id
from stated
