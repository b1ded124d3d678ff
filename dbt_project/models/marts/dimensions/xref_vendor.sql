{{ config(materialized='stable_table') }}

with crosswalk as (
    select * from {{ ref('int_vendor_crosswalk') }}
)

select
    vendor_id,
    source_system,
    vendor_number,
    vendor_key,
    name,
    method,
    match_probability,
    review_state,
    reviewer,
    decision_id,
    is_record,
    is_known,
    review_cluster_id,
    proposed_key
from crosswalk
