{{ config(materialized='stable_view') }}

with hold as (
    select * from {{ ref('exc_hold') }}
    where is_open
),

vendor as (
    select * from {{ ref('dim_vendor') }}
),

invoice as (
    select * from {{ ref('fct_invoice') }}
),

invoice_line as (
    select * from {{ ref('fct_invoice_line') }}
),

purchase_order as (
    select * from {{ ref('fct_purchase_order') }}
),

purchase_order_line as (
    select * from {{ ref('fct_purchase_order_line') }}
),

item as (
    select * from {{ ref('dim_item') }}
),

receipt as (
    select
        po_line_id,
        jsonb_agg(
            jsonb_build_object(
                'receipt_line_id', receipt_line_id, 'kind', kind, 'qty', qty, 'received_at', received_at,
                'erp_posted_at', erp_posted_at, 'packing_slip', packing_slip
            )
            order by received_at, receipt_line_id
        ) as receipts
    from {{ ref('fct_receipt_line') }}
    where po_line_id is not null
    group by po_line_id
),

billed as (
    select
        po_line_id,
        jsonb_agg(
            jsonb_build_object(
                'invoice_line_id', invoice_line_id, 'kind', kind, 'qty', qty, 'unit_price', unit_price,
                'amount', signed_amount, 'currency', currency, 'verdict', verdict
            )
            order by invoice_line_id
        ) as invoice_lines
    from invoice_line
    where po_line_id is not null
    group by po_line_id
),

paid as (
    select
        applied.invoice_id,
        jsonb_agg(
            jsonb_build_object(
                'payment_id', payment.payment_id, 'status', payment.status, 'amount', applied.amount,
                'currency', applied.currency, 'settled_at', payment.settled_at
            )
            order by payment.payment_id
        ) as payments
    from {{ ref('fct_payment_invoice') }} as applied
    inner join {{ ref('fct_payment') }} as payment on applied.payment_id = payment.payment_id
    group by applied.invoice_id
)

select
    hold.hold_id,
    hold.episode,
    hold.code,
    hold.subject_type,
    hold.subject_id,
    hold.entity_id,
    hold.correlation_id,
    hold.owner_role,
    hold.owner,
    coalesce(hold.age_days >= route.escalate_after_days, false) as is_escalated,
    case when hold.age_days >= route.escalate_after_days then route.escalate_to end as escalated_to,
    hold.severity,
    hold.stage,
    hold.blocking,
    hold.root_cause,
    hold.explanation,
    hold.expected,
    hold.actual,
    hold.limit_applied,
    hold.amount_at_risk,
    hold.currency,
    hold.age_days,
    hold.age_bucket,
    hold.vendor_key,
    vendor.name as vendor_name,
    hold.invoice_id,
    invoice.invoice_number,
    invoice.invoice_date,
    invoice.status as invoice_status,
    invoice.gross_amount as invoice_gross_amount,
    invoice.currency as invoice_currency,
    hold.invoice_line_id,
    hold.purchase_order_id,
    purchase_order.po_number,
    purchase_order.status as po_status,
    purchase_order.buyer,
    hold.po_line_id,
    purchase_order_line.item_key,
    coalesce(item.description, purchase_order_line.description) as item_description,
    purchase_order_line.requester,
    purchase_order_line.ordered_qty,
    purchase_order_line.net_received_qty,
    purchase_order_line.invoiced_qty,
    purchase_order_line.base_unit,
    purchase_order_line.unit_price as po_unit_price,
    purchase_order_line.currency as po_currency,
    coalesce(receipt.receipts, '[]'::jsonb) as receipts,
    coalesce(billed.invoice_lines, '[]'::jsonb) as invoice_lines,
    coalesce(paid.payments, '[]'::jsonb) as payments,
    hold.opened_at
from hold
left join vendor on hold.vendor_key = vendor.vendor_key
left join invoice on hold.invoice_id = invoice.invoice_id
left join purchase_order on hold.purchase_order_id = purchase_order.purchase_order_id
left join purchase_order_line on hold.po_line_id = purchase_order_line.po_line_id
left join item on purchase_order_line.item_key = item.item_key
left join receipt on hold.po_line_id = receipt.po_line_id
left join billed on hold.po_line_id = billed.po_line_id
left join paid on hold.invoice_id = paid.invoice_id
left join lateral (
    select
        routing.escalate_after_days,
        routing.escalate_to
    from {{ ref('int_routing') }} as routing
    where
        routing.code in ('', hold.code)
        and routing.entity_id in ('', hold.entity_id)
        and routing.item_category in ('', coalesce(purchase_order_line.item_category, ''))
    order by routing.specificity desc, routing.route_id asc
    limit 1
) as route on true
