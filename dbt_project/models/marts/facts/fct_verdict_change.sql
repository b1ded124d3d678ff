{{ config(materialized='stable_view') }}

with change as (
    select * from {{ ref('match_verdict_log') }}
)

select
    subject_type,
    subject_id,
    invoice_id,
    entity_id,
    from_verdict,
    to_verdict,
    known_at,
    run_id
from change
