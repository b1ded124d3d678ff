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
    statement.account_token,
    entry.end_to_end_id,
    entry.instruction_id,
    entry.payment_group_ref,
    entry.cheque_number,
    entry.bank_ref,
    entry.bank_code,
    entry.return_reason,
    entry.counterparty,
    entry.remittance,
    entry.structured_ref,
    coalesce(entry.reversal, false) as reversal,
    coalesce(statement.is_copy, false) as is_copy,
    entry.batch_count,
    entry.amount::numeric(20, 4) as amount,
    entry.currency,
    entry.charges_amount::numeric(20, 4) as charges_amount,
    entry.original_amount::numeric(20, 4) as original_amount,
    entry.original_currency,
    entry.exchange_rate::numeric as exchange_rate,
    entry.booking_date,
    entry.value_date,
    entry._known_at as known_at,
    entry._trace_id as trace_id
from entry
left join statement
    on (entry._source_system || ':' || entry.statement_ref) = statement.bank_statement_id
