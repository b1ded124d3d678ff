{{ config(materialized='stable_view') }}

with entry as (
    select * from {{ ref('stg_gl_entries') }}
)

select
    concat_ws(':', entry._source_system, entry.journal_ref, entry.line_number)::text as gl_entry_id,
    entry.entity_id,
    entry._source_system as source_system,
    entry.journal_ref,
    entry.line_number,
    entry.account_code,
    entry.cost_center_code,
    entry.period,
    entry.document_type,
    entry.document_ref,
    entry.amount::numeric(20, 4) as amount,
    entry.currency,
    entry.posted_at,
    entry._known_at as known_at,
    entry._trace_id as trace_id
from entry
where {{ from_system_of_record('entry', 'gl_entry') }}
