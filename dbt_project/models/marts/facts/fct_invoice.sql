{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('int_invoices') }}
),

matched as (
    select * from {{ ref('match_invoice') }}
),

held as (
    select distinct invoice_id from {{ ref('exc_hold') }}
    where invoice_id is not null
),

entity as (
    select
        entity_id,
        coalesce(time_zone, 'UTC') as time_zone
    from {{ ref('dim_entity') }}
)

select
    invoice.invoice_id,
    invoice.entity_id,
    invoice.vendor_key,
    invoice.purchase_order_id,
    invoice.correlation_id,
    invoice.source_system,
    invoice.invoice_ref,
    invoice.erp_invoice_id,
    invoice.erp_document_number,
    invoice.vendor_number,
    invoice.invoice_number,
    invoice.normalised_number,
    invoice.kind,
    invoice.status,
    invoice.is_cancelled,
    invoice.is_posted,
    invoice.is_paid,
    invoice.names_po,
    matched.verdict,
    coalesce(matched.touchless, false) as touchless,
    held.invoice_id is not null as has_hold,
    invoice.human_touches,
    invoice.payment_term_code,
    invoice.entered_by,
    invoice.approved_by,
    invoice.net_amount::numeric(20, 4) as net_amount,
    invoice.tax_amount::numeric(20, 4) as tax_amount,
    invoice.freight_amount::numeric(20, 4) as freight_amount,
    invoice.other_amount::numeric(20, 4) as other_amount,
    invoice.gross_amount::numeric(20, 4) as gross_amount,
    (case when invoice.kind = 'credit' then -abs(invoice.net_amount) else invoice.net_amount end)::numeric(20, 4)
        as signed_net_amount,
    coalesce(matched.amount_at_risk, 0)::numeric(20, 4) as amount_at_risk,
    invoice.currency,
    {{ hours_between('invoice.received_at', 'invoice.posted_at') }}::numeric(24, 4) as posting_latency_hours,
    coalesce(
        invoice.invoice_date,
        {{ local_date('coalesce(invoice.received_at, invoice.entered_at, invoice._known_at)', 'entity.time_zone') }}
    ) as invoice_day,
    {{ local_date('invoice.posted_at', 'entity.time_zone') }} as posted_date,
    invoice.invoice_date,
    invoice.due_date,
    invoice.received_at,
    invoice.entered_at,
    invoice.approved_at,
    invoice.posted_at,
    invoice._known_at as known_at
from invoice
left join matched on invoice.invoice_id = matched.invoice_id
left join held on invoice.invoice_id = held.invoice_id
left join entity on invoice.entity_id = entity.entity_id
