{{ config(materialized='ephemeral') }}

-- Receipts and returns that the ERP posted, at the price of their order.
select
    'grni' as kind,
    r.entity_id,
    coalesce(po.currency, e.currency) as currency,
    r.receipt_ref as document_ref,
    'receipt' as document_type,
    r.erp_posted_at as posted_at,
    case when r.kind = 'return' then -1 else 1 end * round(r.qty * po.unit_price, 2) as amount
from {{ ref('int_receipt_lines') }} as r
inner join {{ ref('int_purchase_order_lines') }} as po on r.po_line_id = po.po_line_id
inner join {{ ref('int_entities') }} as e on r.entity_id = e.entity_id
where
    r.erp_posted_at is not null
    and r.qty is not null
    and r.entity_id in (
        select c.entity_id
        from {{ ref('int_control_accounts') }} as c
        where c.control_type = 'grni'
    )
