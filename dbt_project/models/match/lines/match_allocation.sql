{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': {'purchase_order_id': 'match_unit_id'}}},
        indexes=[
            {'columns': ['po_line_id', 'sequence'], 'unique': true},
            {'columns': ['purchase_order_id']},
        ],
    )
}}

-- depends_on: {{ ref('match_touched') }}

with receipt as (
    select * from {{ ref('match_net_receipt') }}
    where match_type in ('three_way', 'four_way') and open_qty > 0
),

-- The summary invoices that take what is left, and what that is.
taker as (
    select s.*
    from {{ of_units(ref('match_summary_invoice'), 'invoice_id') }} as s
    where s.takes_all
),

{{ unbilled_lines('taker') }},

taken_whole as (
    select
        unbilled.purchase_order_id,
        unbilled.po_line_id,
        unbilled.match_type,
        taker.invoice_id,
        unbilled.qty
    from unbilled
    inner join taker on unbilled.purchase_order_id = taker.purchase_order_id
    where unbilled.qty > 0
),

-- Kept as they are read three times each: joined anew, the planner loops over a million lines.
line as (
    select
        c.invoice_line_id,
        c.invoice_id,
        c.purchase_order_id,
        c.po_line_id,
        c.invoice_date,
        c.line_number,
        c.receipt_line_id as named_receipt_line_id,
        n.net_qty
    from {{ ref('match_candidate_line') }} as c
    inner join {{ ref('match_net_line') }} as n on c.invoice_line_id = n.invoice_line_id
    where c.takes_part and c.kind = 'invoice' and c.match_type in ('three_way', 'four_way') and n.net_qty > 0
    union all
    select
        null as invoice_line_id,
        invoice_id,
        purchase_order_id,
        po_line_id,
        '9999-12-31'::date as invoice_date, -- after all invoices with lines
        1 as line_number,
        null as named_receipt_line_id,
        qty as net_qty
    from taken_whole
    where match_type in ('three_way', 'four_way')
),

-- Lines that name a receipt line take from it in invoice order, what is open on both.
explicit as (
    select
        line.po_line_id,
        line.purchase_order_id,
        receipt.receipt_line_id,
        line.invoice_id,
        line.invoice_line_id,
        line.invoice_date,
        line.line_number,
        {{ taken_in_turn('line.net_qty', 'receipt.open_qty', 'receipt.receipt_line_id', invoice_order('line')) }} as qty
    from line
    inner join receipt
        on line.named_receipt_line_id = receipt.receipt_line_id and line.po_line_id = receipt.po_line_id
),

taken as (
    select
        receipt_line_id,
        sum(qty) as qty
    from explicit
    group by receipt_line_id
),

-- What is left on both sides, laid out as intervals from zero.
receipt_interval as (
    select
        r.po_line_id,
        r.receipt_line_id,
        r.open_qty - coalesce(taken.qty, 0) as qty,
        sum(r.open_qty - coalesce(taken.qty, 0)) over (
            partition by r.po_line_id
            order by {{ receipt_order('r') }}
            rows between unbounded preceding and current row
        ) as ends_at
    from receipt as r
    left join taken on r.receipt_line_id = taken.receipt_line_id
),

line_interval as (
    select
        line.*,
        line.net_qty - coalesce(explicit.qty, 0) as qty,
        sum(line.net_qty - coalesce(explicit.qty, 0)) over (
            partition by line.po_line_id
            order by {{ invoice_order('line') }}
            rows between unbounded preceding and current row
        ) as ends_at
    from line
    left join explicit on line.invoice_line_id = explicit.invoice_line_id
),

overlap as (
    select
        l.po_line_id,
        l.purchase_order_id,
        r.receipt_line_id,
        l.invoice_id,
        l.invoice_line_id,
        l.invoice_date,
        l.line_number,
        least(l.ends_at, r.ends_at) - greatest(l.ends_at - l.qty, r.ends_at - r.qty) as qty,
        greatest(l.ends_at - l.qty, r.ends_at - r.qty) as starts_at
    from line_interval as l
    inner join receipt_interval as r
        on l.po_line_id = r.po_line_id and l.ends_at - l.qty < r.ends_at and r.ends_at - r.qty < l.ends_at
    where l.qty > 0 and r.qty > 0
),

allocated as (
    select
        po_line_id,
        purchase_order_id,
        receipt_line_id,
        invoice_id,
        invoice_line_id,
        invoice_date,
        line_number,
        qty,
        'explicit' as method,
        0::numeric as starts_at
    from explicit
    where qty > 0
    union all
    select
        po_line_id,
        purchase_order_id,
        receipt_line_id,
        invoice_id,
        invoice_line_id,
        invoice_date,
        line_number,
        qty,
        case when invoice_line_id is null then 'header' else 'fifo' end as method,
        starts_at
    from overlap
    union all
    select
        po_line_id,
        purchase_order_id,
        null as receipt_line_id,
        invoice_id,
        null as invoice_line_id,
        null as invoice_date,
        null as line_number,
        qty,
        'header' as method,
        0 as starts_at
    from taken_whole
    where match_type = 'two_way'
)

select
    a.po_line_id,
    a.purchase_order_id,
    a.receipt_line_id,
    a.invoice_id,
    a.invoice_line_id,
    a.qty::numeric(18, 6) as qty,
    a.method,
    row_number() over (
        partition by a.po_line_id
        order by a.method, a.starts_at, {{ invoice_order('a') }}
    ) as sequence
from allocated as a
