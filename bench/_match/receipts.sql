-- Receipts and returns in supply; the ERP's postings of one facility in twelve.
create unlogged table bench.receipt as
select
    l.*,
    piece.place,
    'R' || l.n || '-' || piece.place as receipt_ref,
    piece.kind,
    case when l.in_boxes then 12 else 1 end * l.qty * piece.percent / 100 as received_qty,
    (l.ordered_on + piece.days + 2 + bench.pick(l.n, 10, 12)) + time '09:00' as at
from bench.line as l
cross join lateral (
    values
    (1, 'receipt', l.receipt_1, 0), (2, 'receipt', l.receipt_2, 5), (3, 'return', l.returned, 15)
) as piece (place, kind, percent, days)
where piece.percent > 0;

insert into staging.stg_receipt_lines (
    _source_system, _record_key, _batch_id, _trace_id, _source_updated_at, _known_at, _first_known_at,
    receipt_ref, receipt_number, line_number, entity_id, po_number, po_line_number, item_number, kind, unit, qty,
    accepted_qty, rejected_qty, named_receipt_ref, received_at, posted_at, received_by, source_ref
)
select
    c.source_system, c.prefix || r.receipt_ref, 'bench', 'bench', r.at, '{known_at}', '{known_at}',
    c.prefix || r.receipt_ref, 'R' || r.p, r.k, r.entity_id, r.po_number, r.k, 'I' || r.i, r.kind, 'EA',
    case
        when r.t between 337 and 341 then round(r.received_qty * r.price, 2)
        else r.received_qty
    end,
    case
        when r.t between 292 and 304 then r.received_qty
        when r.t between 305 and 308 then r.received_qty / 2
        when r.t between 270 and 276 then r.received_qty - 1
    end,
    case when r.t between 270 and 276 then 1 end,
    case when r.place = 3 and r.t between 153 and 167 then 'R' || r.n || '-1' end,
    r.at, r.at + interval '1 hour', 'clerk ' || r.v % 30, c.source_ref
from bench.receipt as r
inner join lateral (
    select 'supply' as source_system, '' as prefix, null as source_ref
    union all
    select r.erp, 'E', r.receipt_ref
    where r.entity_id = 'H1'
) as c on true
where r.at <= '{known_at}';
