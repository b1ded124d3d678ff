{{ config(materialized='stable_view') }}

with statement as (
    select * from {{ ref('stg_bank_statements') }}
)

select
    (_source_system || ':' || statement_ref)::text as bank_statement_id,
    entity_id,
    statement_ref,
    statement_number,
    account_ref,
    opening_amount::numeric(20, 4) as opening_amount,
    closing_amount::numeric(20, 4) as closing_amount,
    currency,
    from_date,
    to_date,
    _known_at as known_at,
    _trace_id as trace_id
from statement
