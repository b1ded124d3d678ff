-- {size} payments and {size} bank entries, straight into staging. Of a hundred entries 90 name their payment's end-to-end
-- id, 4 the instruction, 2 the cheque, 1 is a part, 1 names nobody, and 2 name nothing but say amount, date and party.
insert into staging.stg_entities (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    entity_id, name, entity_type, currency, time_zone, fiscal_calendar, accruals, payment_origin
)
select
    'tieout', 'H' || e, 'bench', 'bench', '{known_at}', '{known_at}',
    'H' || e, 'Facility ' || e, 'hospital', 'USD', 'America/New_York', 'calendar_year', true, 'erp'
from generate_series(0, 11) as e;

insert into staging.stg_systems_of_record (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    entity_id, object, source_system, role, valid_from
)
select
    'tieout', concat_ws('|', 'H' || e, o.object), 'bench', 'bench', '{known_at}', '{known_at}',
    'H' || e, o.object, o.source_system, 'record', '2000-01-01'
from generate_series(0, 11) as e
cross join (values ('vendor', 'erp_main'), ('payment', 'erp_main'), ('bank_entry', 'bank')) as o (object, source_system);

insert into staging.stg_vendors (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at, vendor_number, name, status
)
select 'erp_main', 'V' || v, 'bench', 'bench', '{known_at}', '{known_at}', 'V' || v, 'Vendor ' || v, 'active'
from generate_series(0, {size} / 200) as v;

insert into staging.stg_payments (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    payment_ref, entity_id, vendor_number, batch_ref, end_to_end_id, instruction_id, cheque_number, currency, method,
    status, amount, requested_date, sent_at
)
select
    'erp_main', 'P' || n, 'bench', 'bench', '{known_at}', '{known_at}',
    'P' || n, 'H' || n % 12, 'V' || n % ({size} / 200 + 1), 'RUN' || n / 50,
    case when n % 100 < 92 then 'E2E-' || n end,
    case when n % 100 between 92 and 95 then 'I-' || n end,
    case when n % 100 in (96, 97) then (100000 + n)::text end,
    'USD', 'credit_transfer', 'sent', 100 + n % 9973 + (n % 97) / 100.0,
    date '{today}' - 2 - n % 60, (date '{today}' - 2 - n % 60) + interval '9 hours'
from generate_series(0, {size} - 1) as n;

insert into staging.stg_bank_statements (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    statement_ref, account_ref, entity_id, statement_number, currency, opening_amount, closing_amount, from_date, to_date
)
select
    'bank', 'ST-' || e || '-' || d, 'bench', 'bench', '{known_at}', '{known_at}',
    'ST-' || e || '-' || d, '****' || 1000 + e, 'H' || e, d::text, 'USD', 0, 0, date '{today}' - d, date '{today}' - d
from generate_series(0, 11) as e
cross join generate_series(0, 90) as d;

insert into staging.stg_bank_entries (
    _source_system, _record_key, _batch_id, _trace_id, _known_at, _first_known_at,
    statement_ref, entry_number, detail_number, booking_date, value_date, amount, currency,
    end_to_end_id, instruction_id, cheque_number, bank_ref, bank_code, counterparty
)
select
    'bank', 'ST-' || n % 12 || '-' || 1 + n % 60 || '|' || n || '|1', 'bench', 'bench', '{known_at}', '{known_at}',
    'ST-' || n % 12 || '-' || 1 + n % 60, n, 1, date '{today}' - 1 - n % 60, date '{today}' - 1 - n % 60,
    -(100 + n % 9973 + (n % 97) / 100.0) + case when n % 100 = 91 then 50 else 0 end, 'USD',
    case when n % 100 = 90 then 'NOBODY-' || n when n % 100 < 92 then 'E2E-' || n end,
    case when n % 100 between 92 and 95 then 'I-' || n end,
    case when n % 100 in (96, 97) then '0' || 100000 + n end,
    'BK' || n, 'PMNT/ICDT/DMCT', 'Vendor ' || n % ({size} / 200 + 1)
from generate_series(0, {size} - 1) as n;
