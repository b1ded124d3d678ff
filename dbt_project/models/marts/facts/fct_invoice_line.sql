{{ config(materialized='stable_view') }}

with line as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice as (
    select * from {{ ref('int_invoices') }}
),

matched as (
    select * from {{ ref('match_invoice_line') }}
),

-- The first verdict that was ever reached, and the moment at which the present one began.
judged as (
    select
        subject_id as invoice_line_id,
        (array_agg(to_verdict order by known_at asc) filter (where from_verdict is null))[1] as first_verdict,
        min(known_at) filter (where from_verdict is null) as first_verdict_at,
        max(known_at) as verdict_at
    from {{ ref('match_verdict_log') }}
    where subject_type = 'invoice_line'
    group by subject_id
),

entity as (
    select * from {{ ref('dim_entity') }}
)

select
    line.invoice_line_id,
    line.invoice_id,
    line.line_number,
    line.entity_id,
    invoice.vendor_key,
    line.purchase_order_id,
    line.po_line_id,
    line.receipt_line_id,
    line.credited_invoice_line_id,
    line.item_key,
    invoice.correlation_id,
    line.kind,
    line.item_number,
    line.item_category,
    line.description,
    line.unit as unit_source,
    line.tax_code,
    line.account_code,
    line.cost_center_code,
    line.coding_origin,
    matched.match_type,
    matched.verdict,
    coalesce(matched.verdict not in ('not_applicable', 'credited'), false) as needs_match,
    coalesce(matched.verdict in ('matched', 'matched_in_tolerance'), false) and invoice.human_touches = 0
        as auto_matched,
    judged.first_verdict,
    line.po_line_is_known as on_po,
    line.qty::numeric(18, 6) as qty,
    line.qty_source::numeric(18, 6) as qty_source,
    line.unit_price::numeric(19, 10) as unit_price,
    line.price_printed::numeric(19, 10) as price_printed,
    line.amount::numeric(20, 4) as amount,
    (case when line.kind = 'credit' then -line.amount else line.amount end)::numeric(20, 4) as signed_amount,
    line.currency,
    {{ local_date('judged.verdict_at', "coalesce(entity.time_zone, 'UTC')") }} as verdict_date,
    {{ local_date('judged.first_verdict_at', "coalesce(entity.time_zone, 'UTC')") }} as first_verdict_date,
    judged.verdict_at,
    judged.first_verdict_at,
    line._known_at as known_at
from line
inner join invoice on line.invoice_id = invoice.invoice_id
left join matched on line.invoice_line_id = matched.invoice_line_id
left join judged on line.invoice_line_id = judged.invoice_line_id
left join entity on line.entity_id = entity.entity_id
