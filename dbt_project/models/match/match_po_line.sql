{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': {'purchase_order_id': 'match_unit_id'}}},
        indexes=[{'columns': ['po_line_id'], 'unique': true}, {'columns': ['purchase_order_id']}],
    )
}}

with po_line as (
    select po.*
    from {{ ref('int_purchase_order_lines') }} as po
    {{ join_units('po.purchase_order_id') }}
),

received as (
    select
        po_line_id,
        sum(qty) as received_qty,
        sum(net_qty) as net_qty,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at
    from {{ ref('match_net_receipt') }}
    where kind = 'receipt'
    group by po_line_id
),

returned as (
    select
        po_line_id,
        sum(qty) as returned_qty
    from {{ ref('match_net_receipt') }}
    where kind = 'return'
    group by po_line_id
),

rejected as (
    select
        po_line_id,
        sum(rejected_qty) as rejected_qty
    from {{ ref('match_net_receipt') }}
    where rejected_qty > 0
    group by po_line_id
),

invoiced as (
    select
        n.po_line_id,
        sum(n.net_qty) as invoiced_qty
    from {{ ref('match_net_line') }} as n
    {{ join_units('n.match_unit_id') }}
    where n.takes_part and n.kind = 'invoice'
    group by n.po_line_id
),

credited as (
    select
        n.po_line_id,
        sum(n.credited_qty) as credited_qty,
        sum(n.credit_qty) as credit_qty,
        sum(n.unplaced_amount) as unplaced_amount
    from {{ ref('match_net_line') }} as n
    {{ join_units('n.match_unit_id') }}
    where n.credited_qty > 0 or n.credit_qty > 0 or n.unplaced_amount > 0
    group by n.po_line_id
),

-- What receipts gave, whether to lines or to a summary invoice.
allocated as (
    select
        a.po_line_id,
        sum(a.qty) as qty
    from {{ ref('match_allocation') }} as a
    {{ join_units('a.purchase_order_id') }}
    where a.receipt_line_id is not null
    group by a.po_line_id
),

summarised as (
    select
        a.po_line_id,
        sum(a.qty) as qty
    from {{ ref('match_allocation') }} as a
    {{ join_units('a.purchase_order_id') }}
    where a.method = 'header'
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
    coalesce(returned.returned_qty, 0)::numeric(18, 6) as returned_qty,
    coalesce(received.net_qty, 0)::numeric(18, 6) as net_received_qty,
    coalesce(rejected.rejected_qty, 0)::numeric(18, 6) as rejected_qty,
    greatest(0, coalesce(returned.returned_qty, 0) - coalesce(received.received_qty, 0))::numeric(18, 6)
        as excess_return_qty,
    coalesce(invoiced.invoiced_qty, 0)::numeric(18, 6) as invoiced_qty,
    coalesce(credited.credited_qty, 0)::numeric(18, 6) as credited_qty,
    (coalesce(credited.credit_qty, 0) - coalesce(credited.credited_qty, 0))::numeric(18, 6) as excess_credit_qty,
    round(
        (coalesce(credited.credit_qty, 0) - coalesce(credited.credited_qty, 0)) * po.unit_price
        + coalesce(credited.unplaced_amount, 0),
        2
    )::numeric(20, 4) as excess_credit_amount,
    coalesce(allocated.qty, 0)::numeric(18, 6) as allocated_qty,
    coalesce(summarised.qty, 0)::numeric(18, 6) as summary_invoiced_qty,
    (coalesce(received.net_qty, 0) - coalesce(allocated.qty, 0))::numeric(18, 6) as open_receipt_qty,
    received.first_received_at,
    received.last_received_at,
    contract.contract_price_id,
    contract.contract_number,
    contract.unit_price as contract_unit_price
from po_line as po
left join received on po.po_line_id = received.po_line_id
left join returned on po.po_line_id = returned.po_line_id
left join rejected on po.po_line_id = rejected.po_line_id
left join invoiced on po.po_line_id = invoiced.po_line_id
left join credited on po.po_line_id = credited.po_line_id
left join allocated on po.po_line_id = allocated.po_line_id
left join summarised on po.po_line_id = summarised.po_line_id
left join {{ ref('match_contract_price') }} as contract on po.po_line_id = contract.po_line_id
