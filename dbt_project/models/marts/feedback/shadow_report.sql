{# How often we would have said what was done: the figure that a cut-over waits for. #}
{{ config(materialized='stable_view') }}

with comparison as (
    select * from {{ ref('shadow_comparison') }}
),

counted as (
    select
        target,
        operation,
        entity_id,
        count(*) as subjects,
        count(*) filter (where outcome = 'agree') as agree,
        count(*) filter (where outcome = 'differ') as differ,
        count(*) filter (where outcome = 'not comparable') as not_comparable,
        min(said_at) as first_said_at,
        max(said_at) as last_said_at
    from comparison
    group by target, operation, entity_id
)

select
    target,
    operation,
    entity_id,
    subjects,
    agree,
    differ,
    not_comparable,
    round(agree * 100.0 / nullif(agree + differ, 0), 2)::numeric(5, 2) as agreement_pct,
    first_said_at,
    last_said_at
from counted
