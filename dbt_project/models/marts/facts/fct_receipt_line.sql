{{ config(materialized='stable_view') }}

with receipt as (
    select * from {{ ref('int_receipt_lines') }}
),

purchase_order as (
    select * from {{ ref('int_purchase_orders') }}
),

entity as (
    select * from {{ ref('dim_entity') }}
),

-- What was posted before its source was connected was loaded as history: it says nothing of messages.
connected as (
    select
        source_system,
        min(known_at) as connected_at
    from {{ ref('stg_ops_batches') }}
    group by source_system
)

select
    receipt.receipt_line_id,
    receipt.purchase_order_id,
    receipt.po_line_id,
    receipt.entity_id,
    receipt.item_key,
    purchase_order.correlation_id,
    receipt.source_system,
    receipt.receipt_ref,
    receipt.receipt_number,
    receipt.kind,
    receipt.is_linked,
    receipt.named_receipt_line_id,
    receipt.unit as unit_source,
    receipt.packing_slip,
    receipt.lot,
    receipt.serial,
    receipt.location_code,
    receipt.received_by,
    receipt.qty::numeric(18, 6) as qty,
    receipt.qty_source::numeric(18, 6) as qty_source,
    receipt.accepted_qty::numeric(18, 6) as accepted_qty,
    receipt.rejected_qty::numeric(18, 6) as rejected_qty,
    {{ hours_between('receipt.received_at', 'receipt.erp_posted_at') }}::numeric(24, 4) as posting_latency_hours,
    case
        when receipt.posted_at >= connected.connected_at
            then {{ minutes_between('receipt.posted_at', 'receipt.known_at') }}::numeric(24, 4)
    end as message_latency_minutes,
    {{ local_date('receipt.received_at', "coalesce(entity.time_zone, 'UTC')") }} as received_date,
    receipt.received_at,
    receipt.posted_at,
    receipt.erp_posted_at,
    receipt.known_at
from receipt
left join purchase_order on receipt.purchase_order_id = purchase_order.purchase_order_id
left join entity on receipt.entity_id = entity.entity_id
left join connected on receipt.source_system = connected.source_system
