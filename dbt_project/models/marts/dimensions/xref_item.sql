{{ config(materialized='stable_table') }}

with crosswalk as (
    select * from {{ ref('int_item_crosswalk') }}
)

select
    item_id,
    source_system,
    item_number,
    item_key,
    method,
    state,
    is_record
from crosswalk
