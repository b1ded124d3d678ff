-- The plainest three-way match of the three tables: totals in windows, one tolerance, a verdict. No history of holds,
-- no explanation, no policy, no returns, credits, links or units, nothing kept out.
create table public.bench_baseline as
with receipt as (
    select
        po_number,
        po_line_number,
        qty,
        sum(qty) over (
            partition by po_number, po_line_number order by received_at, receipt_ref
            rows between unbounded preceding and current row
        ) as ends_at
    from staging.stg_receipt_lines
    where _source_system = 'supply' and kind = 'receipt'
),

line as (
    select
        invoice_ref,
        line_number,
        po_number,
        po_line_number,
        qty,
        price,
        amount,
        sum(qty) over (
            partition by po_number, po_line_number order by invoice_ref, line_number
            rows between unbounded preceding and current row
        ) as ends_at
    from staging.stg_invoice_lines
    where kind = 'invoice'
),

allocated as (
    select
        l.invoice_ref,
        l.line_number,
        sum(least(l.ends_at, r.ends_at) - greatest(l.ends_at - l.qty, r.ends_at - r.qty)) as qty
    from line as l
    inner join receipt as r
        on
            l.po_number = r.po_number
            and l.po_line_number = r.po_line_number
            and l.ends_at - l.qty < r.ends_at
            and r.ends_at - r.qty < l.ends_at
    group by l.invoice_ref, l.line_number
)

select
    l.invoice_ref,
    l.line_number,
    l.po_number,
    l.po_line_number,
    l.qty,
    coalesce(a.qty, 0) as allocated_qty,
    l.ends_at as cum_invoiced,
    case
        when po.po_number is null then 'no order'
        when l.price > po.price * 1.02 then 'price over'
        when l.ends_at > po.ordered_qty then 'over ordered'
        when l.qty > coalesce(a.qty, 0) then 'not received'
        else 'matched'
    end as verdict
from line as l
left join allocated as a on l.invoice_ref = a.invoice_ref and l.line_number = a.line_number
left join staging.stg_purchase_order_lines as po
    on l.po_number = po.po_number and l.po_line_number = po.line_number and po._source_system <> 'ap'
