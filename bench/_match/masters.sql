-- Entities, systems, vendors, items and rates of the benchmark's estate, straight into staging. {po_lines} sizes them.
create schema bench;

-- A number below `choices` by a seeded hash: the same on every run.
create function bench.pick(n bigint, seed integer, choices integer) returns integer
language sql immutable parallel safe
as $$ select ((hashint8extended(n, seed) & 9223372036854775807) % choices)::integer $$;

create table bench.entity as
select
    entity_id,
    (place - 1)::integer as e,
    case when place <= 8 then 'erp_main' else 'erp_west' end as erp
from unnest(array['H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'H7', 'H8', 'H9', 'DC1', 'AMB1', 'AMB2'])
    with ordinality as listed (entity_id, place);

insert into staging.stg_entities (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    entity_id, name, entity_type, currency, time_zone, fiscal_calendar, accruals, payment_origin
)
select
    'tieout', entity_id, 'bench', 'bench', '{known_at}', '{known_at}',
    entity_id, 'Facility ' || entity_id, 'hospital', 'USD', 'America/New_York', 'calendar_year', true, 'erp'
from bench.entity;

insert into staging.stg_systems_of_record (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    entity_id, object, source_system, role, valid_from
)
select
    'tieout', concat_ws('|', e.entity_id, o.object, o.role), 'bench', 'bench', '{known_at}', '{known_at}',
    e.entity_id, o.object, case o.source_system when 'erp' then e.erp else o.source_system end, o.role, '2000-01-01'
from bench.entity as e
cross join (
    values
    ('vendor', 'erp', 'record'), ('purchase_order', 'erp', 'record'), ('purchase_order_line', 'erp', 'record'),
    ('fx_rate', 'erp', 'record'), ('tax_code', 'erp', 'record'), ('contract_price', 'contracts', 'record'),
    ('invoice', 'ap', 'record'), ('invoice_line', 'ap', 'record'), ('invoice_event', 'ap', 'record'),
    ('hold_event', 'ap', 'record'), ('item', 'supply', 'record'), ('item_unit', 'supply', 'record'),
    ('item_substitute', 'supply', 'record'), ('receipt_line', 'supply', 'record'),
    ('receipt_line', 'erp', 'copy'), ('invoice', 'erp', 'copy'), ('purchase_order', 'ap', 'copy')
) as o (object, source_system, role)
-- One facility in twelve sends its purchase orders to AP and has its receipts posted in the ERP.
where o.role <> 'copy' or o.object = 'invoice' or e.entity_id = 'H1';

-- Vendors in both ERPs, one tax id each; AP's supplier names the first ERP's number. One in a hundred is blocked.
insert into staging.stg_vendors (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    vendor_number, name, tax_id_token, status, inactive_from, source_ref, source_ref_system
)
select
    s.source_system, s.prefix || v, 'bench', 'bench', '{known_at}', '{known_at}',
    s.prefix || v, 'Vendor ' || v,
    case when s.source_system <> 'ap' then 'T' || v end,
    case when v % 100 = 7 then 'inactive' else 'active' end,
    case when v % 100 = 7 then date '{today}' - 300 end,
    case when s.source_system = 'ap' then 'V' || v end,
    case when s.source_system = 'ap' then 'erp_main' end
from generate_series(0, greatest({po_lines} / 500, 50) - 1) as v
cross join (values ('erp_main', 'V'), ('erp_west', 'V'), ('ap', 'S')) as s (source_system, prefix);

insert into staging.stg_items (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    item_number, description, category, base_unit, source_ref, active
)
select
    'supply', 'I' || i, 'bench', 'bench', '{known_at}', '{known_at}', 'I' || i, 'Item ' || i,
    (array['MEDSURG', 'PHARMA', 'IMPLANT', 'OFFICE', 'LAB', 'FACILITY'])[1 + i % 6], 'EA', null, true
from generate_series(0, greatest({po_lines} / 50, 100) - 1) as i;

insert into staging.stg_item_units (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at, item_number, unit, factor
)
select 'supply', i.item_number || '|BX', 'bench', 'bench', '{known_at}', '{known_at}', i.item_number, 'BX', 12
from staging.stg_items as i;

-- The item with the next number may stand in for each tenth.
insert into staging.stg_item_substitutes (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    item_number, substitute_item_number, approved_by
)
select
    'supply', 'I' || i || '|I' || i + 1, 'bench', 'bench', '{known_at}', '{known_at}', 'I' || i, 'I' || i + 1, 'steward'
from generate_series(0, greatest({po_lines} / 50, 100) - 2, 10) as i;

insert into staging.stg_fx_rates (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    from_currency, to_currency, rate_date, rate
)
select
    erp, 'EUR|USD|' || day::date, 'bench', 'bench', '{known_at}', '{known_at}', 'EUR', 'USD', day::date, 1.25
from generate_series(date '{today}' - 800, date '{today}', interval '5 days') as day
cross join (select distinct erp from bench.entity) as home;

insert into staging.stg_tax_codes (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at, tax_code, rate_pct, valid_from
)
select distinct erp, 'T6|2000-01-01', 'bench', 'bench', timestamptz '{known_at}', timestamptz '{known_at}', 'T6', 6, date '2000-01-01'
from bench.entity;

-- A contract for each twentieth item, at the price of ten.
insert into staging.stg_contract_prices (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    contract_number, item_number, unit, price, currency, valid_from, valid_to
)
select
    'contracts', 'C' || i, 'bench', 'bench', '{known_at}', '{known_at}',
    'C' || i, 'I' || i, 'EA', 10, 'USD', date '{today}' - 1000, date '{today}' + 1000
from generate_series(0, greatest({po_lines} / 50, 100) - 1, 20) as i;
