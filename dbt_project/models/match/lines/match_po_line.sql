{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': {'purchase_order_id': 'match_unit_id'}}},
        indexes=[{'columns': ['po_line_id'], 'unique': true}, {'columns': ['purchase_order_id']}],
    )
}}

with po_line as (
    select po.*
    from {{ of_units(ref('int_purchase_order_lines'), 'purchase_order_id') }} as po
),

received as (
    select
        po_line_id,
        sum(case when kind = 'receipt' then qty end) as received_qty,
        sum(case when kind = 'receipt' then net_qty end) as net_qty,
        min(case when kind = 'receipt' then received_at end) as first_received_at,
        max(case when kind = 'receipt' then received_at end) as last_received_at,
        sum(case when kind = 'return' then qty end) as returned_qty,
        sum(case when rejected_qty > 0 then rejected_qty end) as rejected_qty
    from {{ ref('match_net_receipt') }}
    group by po_line_id
),

invoiced as (
    select
        n.po_line_id,
        sum(case when n.takes_part and n.kind = 'invoice' then n.net_qty end) as invoiced_qty,
        sum(n.credited_qty) as credited_qty,
        sum(n.credit_qty) as credit_qty,
        sum(n.unplaced_amount) as unplaced_amount
    from {{ of_units(ref('match_net_line'), 'match_unit_id') }} as n
    group by n.po_line_id
),

-- What receipts gave, whether to lines or to a summary invoice, and what a summary invoice took.
allocated as (
    select
        a.po_line_id,
        sum(case when a.receipt_line_id is not null then a.qty end) as qty,
        sum(case when a.method = 'header' then a.qty end) as summary_qty
    from {{ of_units(ref('match_allocation'), 'purchase_order_id') }} as a
    group by a.po_line_id
)

select
    po.po_line_id,
    po.purchase_order_id,
    po.entity_id,
    po.vendor_key,
    po.item_key,
    po.item_category,
    po.match_type,
    po.basis,
    po.currency,
    po.ordered_qty,
    po.unit_price as po_unit_price,
    po.is_closed,
    coalesce(received.received_qty, 0)::numeric(18, 6) as received_qty,
    coalesce(received.returned_qty, 0)::numeric(18, 6) as returned_qty,
    coalesce(received.net_qty, 0)::numeric(18, 6) as net_received_qty,
    coalesce(received.rejected_qty, 0)::numeric(18, 6) as rejected_qty,
    greatest(0, coalesce(received.returned_qty, 0) - coalesce(received.received_qty, 0))::numeric(18, 6)
        as excess_return_qty,
    coalesce(invoiced.invoiced_qty, 0)::numeric(18, 6) as invoiced_qty,
    coalesce(invoiced.credited_qty, 0)::numeric(18, 6) as credited_qty,
    (coalesce(invoiced.credit_qty, 0) - coalesce(invoiced.credited_qty, 0))::numeric(18, 6) as excess_credit_qty,
    round(
        (coalesce(invoiced.credit_qty, 0) - coalesce(invoiced.credited_qty, 0)) * po.unit_price
        + coalesce(invoiced.unplaced_amount, 0),
        2
    )::numeric(20, 4) as excess_credit_amount,
    coalesce(allocated.qty, 0)::numeric(18, 6) as allocated_qty,
    coalesce(allocated.summary_qty, 0)::numeric(18, 6) as summary_invoiced_qty,
    (coalesce(received.net_qty, 0) - coalesce(allocated.qty, 0))::numeric(18, 6) as open_receipt_qty,
    received.first_received_at,
    received.last_received_at,
    contract.contract_price_id,
    contract.contract_number,
    contract.unit_price as contract_unit_price
from po_line as po
left join received on po.po_line_id = received.po_line_id
left join invoiced on po.po_line_id = invoiced.po_line_id
left join allocated on po.po_line_id = allocated.po_line_id
left join {{ ref('match_contract_price') }} as contract on po.po_line_id = contract.po_line_id
