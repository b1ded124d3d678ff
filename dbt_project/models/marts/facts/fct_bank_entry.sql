{{ config(materialized='stable_view') }}

with entry as (
    select * from {{ ref('stg_bank_entries') }}
),

statement as (
    select * from {{ ref('fct_bank_statement') }}
)

select
    concat_ws(':', entry._source_system, entry.statement_ref, entry.entry_number, entry.detail_number)::text
        as bank_entry_id,
    (entry._source_system || ':' || entry.statement_ref)::text as bank_statement_id,
    statement.entity_id,
    entry.end_to_end_id,
    entry.bank_ref,
    entry.bank_code,
    entry.counterparty,
    entry.remittance,
    coalesce(entry.reversal, false) as reversal,
    entry.amount::numeric(20, 4) as amount,
    entry.currency,
    entry.booking_date,
    entry.value_date,
    entry._known_at as known_at,
    entry._trace_id as trace_id
from entry
left join statement
    on (entry._source_system || ':' || entry.statement_ref) = statement.bank_statement_id
