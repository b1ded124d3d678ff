-- Matching, section 4, over what this run allocated: no receipt gives more than it has open, no line takes more than
-- its net quantity, a row is positive, and lines are allocated as much as both sides allow. One summary invoice of an
-- order takes all that lines leave, to the amount that it was compared with. One row for each breach.
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
    where receipt_line_id is not null
    group by receipt_line_id
),

by_line as (
    select
        invoice_line_id,
        sum(qty) as qty
    from allocation
    where invoice_line_id is not null
    group by invoice_line_id
),

by_po_line as (
    select
        po_line_id,
        sum(case when method <> 'header' then qty else 0 end) as line_qty,
        sum(case when method = 'header' then qty else 0 end) as header_qty
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
),

summary_invoice as (
    select s.*
    from {{ ref('match_summary_invoice') }} as s
    {{ join_units('s.invoice_id') }}
),

taker as (
    select * from summary_invoice
    where takes_all
),

-- What a summary invoice leaves of an order that it takes whole.
left_over as (
    select
        po.po_line_id,
        case
            when po.match_type = 'two_way' then greatest(0, po.ordered_qty - po.invoiced_qty)
            when po.match_type in ('three_way', 'four_way')
                then coalesce(open_on_receipts.qty, 0) - coalesce(by_po_line.line_qty, 0)
            else 0
        end - coalesce(by_po_line.header_qty, 0) as qty
    from {{ ref('match_po_line') }} as po
    inner join taker on po.purchase_order_id = taker.purchase_order_id
    left join open_on_receipts on po.po_line_id = open_on_receipts.po_line_id
    left join by_po_line on po.po_line_id = by_po_line.po_line_id
),

taken as (
    select
        a.invoice_id,
        round(sum(a.qty * po.po_unit_price), 2) as amount
    from allocation as a
    inner join {{ ref('match_po_line') }} as po on a.po_line_id = po.po_line_id
    where a.method = 'header'
    group by a.invoice_id
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
    'allocation by lines has no line or no receipt, or one of a whole invoice has a line' as breach,
    po_line_id || ' ' || sequence as subject_id
from allocation
where
    (method <> 'header' and (invoice_line_id is null or receipt_line_id is null))
    or (method = 'header' and invoice_line_id is not null)

union all

select
    'total is not what both sides allow' as breach,
    r.po_line_id as subject_id
from open_on_receipts as r
inner join net_on_lines as l on r.po_line_id = l.po_line_id
left join by_po_line as a on r.po_line_id = a.po_line_id
where coalesce(a.line_qty, 0) <> least(r.qty, l.qty)

union all

select
    'two summary invoices take one order' as breach,
    purchase_order_id as subject_id
from taker
group by purchase_order_id
having count(*) > 1

union all

select
    'summary invoice leaves something of what it takes' as breach,
    po_line_id as subject_id
from left_over
where qty <> 0

union all

-- what is expected is what it takes; nothing is taken by others
select
    'summary invoice does not take what it was compared with' as breach,
    coalesce(taken.invoice_id, taker.invoice_id) as subject_id
from taken
full outer join taker on taken.invoice_id = taker.invoice_id
where taker.invoice_id is null or coalesce(taken.amount, 0) <> taker.expected_amount
