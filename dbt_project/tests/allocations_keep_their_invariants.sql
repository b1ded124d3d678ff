-- Matching, section 4, over what this run allocated: no receipt gives more than it has open, no line takes more than
-- its net quantity, a row is positive, and as much is allocated as both sides allow. One row for each breach.
with receipt as (
    select * from {{ ref('match_net_receipt') }}
    where match_type in ('three_way', 'four_way')
),

line as (
    select
        c.invoice_line_id,
        c.po_line_id,
        n.net_qty
    from {{ ref('match_candidate_line') }} as c
    inner join {{ ref('match_net_line') }} as n on c.invoice_line_id = n.invoice_line_id
    where c.takes_part and c.kind = 'invoice' and c.match_type in ('three_way', 'four_way')
),

allocation as (
    select a.*
    from {{ ref('match_allocation') }} as a
    {{ join_units('a.purchase_order_id') }}
),

by_receipt as (
    select
        receipt_line_id,
        sum(qty) as qty
    from allocation
    group by receipt_line_id
),

by_line as (
    select
        invoice_line_id,
        sum(qty) as qty
    from allocation
    group by invoice_line_id
),

by_po_line as (
    select
        po_line_id,
        sum(qty) as qty
    from allocation
    group by po_line_id
),

open_on_receipts as (
    select
        po_line_id,
        sum(open_qty) as qty
    from receipt
    group by po_line_id
),

net_on_lines as (
    select
        po_line_id,
        sum(net_qty) as qty
    from line
    group by po_line_id
)

select
    'receipt gives more than is open' as breach,
    by_receipt.receipt_line_id as subject_id
from by_receipt
left join receipt on by_receipt.receipt_line_id = receipt.receipt_line_id
where by_receipt.qty > coalesce(receipt.open_qty, 0)

union all

select
    'line takes more than its net quantity' as breach,
    by_line.invoice_line_id as subject_id
from by_line
left join line on by_line.invoice_line_id = line.invoice_line_id
where by_line.qty > coalesce(line.net_qty, 0)

union all

select
    'allocation is not positive' as breach,
    po_line_id || ' ' || sequence as subject_id
from allocation
where qty <= 0

union all

select
    'total is not what both sides allow' as breach,
    r.po_line_id as subject_id
from open_on_receipts as r
inner join net_on_lines as l on r.po_line_id = l.po_line_id
left join by_po_line as a on r.po_line_id = a.po_line_id
where coalesce(a.qty, 0) <> least(r.qty, l.qty)
