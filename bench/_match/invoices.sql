-- Invoices, credits, duplicates and suspects in AP; the ERP's postings of a third of them; releases and touches.
create unlogged table bench.bill as
select
    l.*,
    piece.place,
    case
        when piece.place = 1 then 'A' || (l.k + 2) / 3
        when piece.place = 2 then 'C'
        else 'K' || l.k
    end as paper,
    piece.place in (3, 4) as is_credit,
    case when l.in_boxes then 12 else 1 end * l.qty * piece.percent / 100 as billed_qty,
    round(l.price * l.price_factor / case when l.in_boxes then 12 else 1 end, 4) as billed_price,
    l.ordered_on + piece.days + 8 + bench.pick(l.p, 9, 15) as dated
from bench.line as l
cross join lateral (
    values
    (1, l.invoice_1, (l.k + 2) / 3 * 3), (2, l.invoice_2, 12), (3, l.credited, 20),
    (4, case when l.t between 168 and 172 and l.invoice_1 > 0 then 5 else 0 end, 20)
) as piece (place, percent, days)
where piece.percent > 0;

create unlogged table bench.bill_line as
select
    b.*,
    'I' || b.p || '-' || b.paper as invoice_ref,
    case when b.s between 50 and 59 then 'EUR' when b.s in (60, 61) then 'CHF' else 'USD' end as currency,
    case b.place when 4 then 0 else b.billed_qty end
    * case when b.t between 277 and 291 or b.t between 337 and 341 then 0 else 1 end as line_qty,
    round(
        case when b.place = 4 then b.billed_qty * b.price / 100 else b.billed_qty * b.billed_price end
        / case when b.s between 50 and 59 then 1.25 else 1 end,
        2
    ) as amount
from bench.bill as b
where b.dated < '{today}';

-- Summary invoices name an order and carry no lines; a duplicate has the number of the first, a suspect another.
create unlogged table bench.paper as
select
    b.invoice_ref,
    b.invoice_ref as lines_of,
    b.p,
    'INV' || b.p || b.paper as number,
    bool_or(b.is_credit) as is_credit,
    max(b.dated) as dated,
    sum(b.amount) as net
from bench.bill_line as b
group by b.invoice_ref, b.p, b.paper
union all
select
    'I' || l.p || '-S', null, l.p, 'INV' || l.p || 'S', false, l.ordered_on + 25,
    round(sum(least(l.receipt_1 + l.receipt_2, 100) * l.qty * l.price / 100) * case when l.s < 67 then 1 else 1.2 end, 2)
from bench.line as l
where l.s between 62 and 71 and l.ordered_on + 25 < '{today}'
group by l.p, l.s, l.ordered_on;

insert into bench.paper
select
    d.invoice_ref || '-D', d.lines_of, d.p,
    case when o.s < 40 then d.number else 'Z' || o.s || d.number end,
    false, d.dated + case when o.s < 40 then 3 else 0 end, d.net
from bench.paper as d
inner join bench.purchase_order as o on d.p = o.p and o.s between 30 and 49
where d.invoice_ref like '%-A1' and d.dated < date '{today}' - 3;

analyze bench.bill_line, bench.paper;

create unlogged table bench.headed as
select
    x.*,
    o.e,
    o.s,
    o.v,
    o.erp,
    o.entity_id,
    o.po_number,
    case when o.e % 3 = 0 then round(x.net * 0.06, 2) + case when o.s between 82 and 86 then 5 else 0 end end as tax,
    case when o.s between 87 and 91 and not x.is_credit then 25 end as freight,
    case when o.s between 50 and 59 then 'EUR' when o.s in (60, 61) then 'CHF' else 'USD' end as currency,
    bench.pick(o.p, 12, 3) = 0 as is_posted
from bench.paper as x
inner join bench.purchase_order as o on x.p = o.p;

insert into staging.stg_invoices (
    _source_system, _record_key, _batch_id, _trace_id, _source_updated_at, _known_at, _first_known_at,
    invoice_ref, entity_id, vendor_number, invoice_number, normalised_number, po_number, kind, currency, status,
    net_amount, tax_amount, freight_amount, gross_amount, invoice_date, due_date, received_at, entered_at,
    payment_term_code, source_ref, posted_at, erp_document_number
)
select
    c.source_system, c.prefix || h.invoice_ref, 'bench', 'bench', h.dated, '{known_at}', '{known_at}',
    c.prefix || h.invoice_ref, h.entity_id,
    case
        when c.source_system <> 'ap' then 'V' || h.v
        when h.s between 15 and 19 then 'S' || (h.v + 1) % greatest({po_lines} / 500, 50)
        when h.s between 20 and 24 then 'X' || h.v
        else 'S' || h.v
    end,
    nullif(h.number, case when h.s = 93 then h.number end),
    h.number,
    case when h.lines_of is null then h.po_number end,
    case when h.is_credit then 'credit' else 'invoice' end, h.currency,
    case when c.source_system <> 'ap' then 'posted' when h.s = 94 then 'cancelled' else 'entered' end,
    h.net, h.tax, h.freight,
    h.net + coalesce(h.tax, 0) + coalesce(h.freight, 0) + case when h.s between 77 and 81 then 3 else 0 end,
    case when h.s <> 92 then h.dated end, h.dated + 30, h.dated + time '09:00', h.dated + time '10:00', 'N30',
    c.source_ref, case when c.source_system <> 'ap' then h.dated + 2 + time '10:00' end,
    case when c.source_system <> 'ap' then 'D' || h.invoice_ref end
from bench.headed as h
inner join lateral (
    select 'ap' as source_system, '' as prefix, null as source_ref
    union all
    select h.erp, 'E', h.invoice_ref
    where h.is_posted
) as c on true;

insert into staging.stg_invoice_lines (
    _source_system, _record_key, _batch_id, _trace_id, _source_updated_at, _known_at, _first_known_at,
    invoice_ref, line_number, kind, po_number, po_line_number, receipt_ref, credited_invoice_ref, credited_line_number,
    item_number, description, unit, qty, price, amount, tax_code
)
select
    'ap', x.invoice_ref || '|' || b.k, 'bench', 'bench', x.dated, '{known_at}', '{known_at}',
    x.invoice_ref, b.k, case when b.is_credit then 'credit' else 'invoice' end,
    case when b.s between 25 and 29 then 'X' else '' end || b.po_number, b.k,
    case when b.t between 173 and 192 and b.place = 1 then 'R' || b.n || '-2' end,
    case when b.place = 4 or b.t between 153 and 167 and b.place = 3 then 'I' || b.p || '-A' || (b.k + 2) / 3 end,
    case when b.place = 4 or b.t between 153 and 167 and b.place = 3 then b.k end,
    case
        when b.t between 193 and 199 then 'I' || b.i + 1
        when b.t between 200 and 204 then 'I' || (b.i + 5) % greatest({po_lines} / 50, 100)
        else 'I' || b.i
    end,
    'Item ' || b.i, case when b.t between 205 and 209 then 'DR' else 'EA' end,
    b.line_qty, b.billed_price, b.amount, case when b.e % 3 = 0 then 'T6' end
from bench.paper as x
inner join bench.bill_line as b on x.lines_of = b.invoice_ref;

-- A clerk has released one price difference in ten.
insert into staging.stg_hold_events (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    event_ref, invoice_ref, line_number, code, event, touch, by_user, reason, at
)
select
    'ap', 'H' || b.n, 'bench', 'bench', '{known_at}', '{known_at}',
    'H' || b.n, b.invoice_ref, b.k, 'PRICE_OVER', 'released', 'human', 'clerk', 'agreed with the supplier', b.dated + 9
from bench.bill_line as b
where b.t between 0 and 24 and b.place = 1 and b.n % 10 = 0;

insert into staging.stg_invoice_events (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    event_ref, invoice_ref, from_status, to_status, by_user, touch, at
)
select
    'ap', 'V' || h.invoice_ref, 'bench', 'bench', '{known_at}', '{known_at}',
    'V' || h.invoice_ref, h.invoice_ref, 'received', 'entered', 'clerk', 'human', h.dated + time '10:00'
from bench.headed as h
where bench.pick(h.p, 13, 5) = 0;

drop schema bench cascade;
