{{ config(materialized='stable_view') }}

with proposal as (
    select * from {{ source('steward_records', 'vendor_proposal') }}
    where opened_at <= {{ as_of() }} and (closed_at is null or closed_at > {{ as_of() }})
)

select
    left_id,
    right_id,
    left_cluster_id,
    right_cluster_id,
    review_cluster_id,
    tier,
    probability,
    rtrim(array_to_string(evidence, '; '), '.') as evidence,
    array_to_string(reasons, '; ') as reasons,
    waiting_since
from proposal
