{{ config(materialized='stable_view') }}

with balance as (
    select * from {{ ref('match_balance') }}
)

select
    concat_ws(':', entity_id, period, kind, currency)::text as balance_id,
    entity_id,
    period,
    kind,
    currency,
    subledger_amount,
    gl_amount,
    (gl_amount - subledger_amount)::numeric(20, 4) as difference,
    differing_documents,
    (gl_amount = subledger_amount and differing_documents = 0) as is_balanced,
    judged_to
from balance
