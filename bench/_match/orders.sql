-- Purchase orders of five lines each and what happens to them: `s` is the order's story, `t` the line's, in thousandths.
create unlogged table bench.purchase_order as
select
    p,
    'PO' || p as po_number,
    e.e,
    e.entity_id,
    e.erp,
    bench.pick(p, 2, greatest({po_lines} / 500, 50)) as v,
    bench.pick(p, 4, 1000) as s,
    (date '{today}' - 10 - bench.pick(p, 3, 700)) as ordered_on
from generate_series(0::bigint, {po_lines} / 5 - 1) as p
inner join bench.entity as e on e.e = bench.pick(p, 1, 12);

create unlogged table bench.line as
select
    o.*,
    n,
    k,
    t,
    case when t between 193 and 199 then item / 10 * 10 else item end as i,
    10 * (1 + bench.pick(n, 7, 20)) as qty,
    (100 + bench.pick(n, 8, 20000))::numeric * 0.12 as price,
    t between 210 and 259 as in_boxes,
    -- percent of the order: first and second receipt, return, first and second invoice, credit
    case
        when t between 80 and 104 or t between 277 and 291 or t between 462 and 551 then 0
        when t between 105 and 124 or t between 173 and 192 or t between 342 and 461 then 60
        when t between 260 and 269 then 110
        when t between 323 and 332 then 50
        else 100
    end as receipt_1,
    case when t between 173 and 192 or t between 342 and 461 then 40 else 0 end as receipt_2,
    case
        when t between 125 and 134 or t between 138 and 167 then 20
        when t between 135 and 137 then 120
        else 0
    end as returned,
    case
        when o.s between 62 and 71 or t between 309 and 318 or t between 462 and 611 then 0
        when t between 65 and 79 then 110
        when t between 173 and 192 or t between 342 and 441 then 70
        when t between 323 and 332 then 50
        else 100
    end as invoice_1,
    case
        when o.s between 62 and 71 then 0
        when t between 173 and 192 or t between 342 and 441 then 30
        else 0
    end as invoice_2,
    case when t between 138 and 167 then 20 when t between 333 and 336 then 130 else 0 end as credited,
    case
        when t between 0 and 24 or t between 168 and 172 then 1.05
        when t between 25 and 44 then 0.95
        when t between 45 and 64 then 1.005
        else 1
    end as price_factor
from bench.purchase_order as o
cross join generate_series(1, 5) as k
cross join lateral (select o.p * 5 + k as n) as numbered
cross join lateral (
    select
        bench.pick(n, 5, greatest({po_lines} / 50, 100)) as item,
        bench.pick(n, 6, 1000) as t
) as told;

analyze bench.purchase_order, bench.line;

insert into staging.stg_purchase_orders (
    _source_system, _record_key, _batch_id, _trace_id, _source_updated_at, _known_at, _first_known_at,
    po_number, entity_id, vendor_number, buyer, status, currency, ordered_at, approved_at, sent_at, closed_at
)
select
    c.source_system, o.po_number, 'bench', 'bench', o.ordered_on, '{known_at}', '{known_at}',
    o.po_number, o.entity_id, 'V' || o.v, 'buyer ' || o.v % 40,
    case when o.s < 5 then 'draft' when o.s < 15 then 'closed' else 'sent' end, 'USD',
    o.ordered_on, o.ordered_on + 1, o.ordered_on + 1, case when o.s between 5 and 14 then o.ordered_on + 5 end
from bench.purchase_order as o
inner join lateral (
    select o.erp as source_system
    union all
    select 'ap' as source_system
    where o.entity_id = 'H1' and o.s % 50 <> 0
) as c on true;

insert into staging.stg_purchase_order_lines (
    _source_system, _record_key, _batch_id, _trace_id, _source_updated_at, _known_at, _first_known_at,
    po_number, entity_id, line_number, item_number, description, basis, match_type, unit, currency, status, closed_at,
    ordered_qty, price, amount, account_code, cost_center_code, need_by_date
)
select
    c.source_system, l.po_number || '|' || l.k, 'bench', 'bench', l.ordered_on, '{known_at}', '{known_at}',
    l.po_number, l.entity_id, l.k, 'I' || l.i, 'Item ' || l.i,
    case when l.t between 277 and 291 or l.t between 337 and 341 then 'amount' else 'quantity' end,
    case
        when l.t between 277 and 291 then 'two_way'
        when l.t between 292 and 308 then 'four_way'
        when l.t between 309 and 322 then 'receipt_only'
    end,
    case when l.in_boxes then 'BX' else 'EA' end, 'USD',
    case when l.t between 323 and 332 then 'closed' else 'open' end,
    case when l.t between 323 and 332 then l.ordered_on + 60 end,
    l.qty + c.surplus, l.price, round(l.qty * l.price, 4), '61' || l.i % 50, 'CC' || l.v % 300, l.ordered_on + 14
from bench.line as l
inner join lateral (
    select l.erp as source_system, 0 as surplus
    union all
    select 'ap' as source_system, case when l.s % 50 = 1 and l.k = 1 then 10 else 0 end as surplus
    where l.entity_id = 'H1' and l.s % 50 <> 0
) as c on true;
