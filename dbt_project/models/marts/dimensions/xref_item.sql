{{ config(materialized='incremental', incremental_strategy='refill', on_schema_change='fail') }}

with crosswalk as (
    select * from {{ ref('int_item_crosswalk') }}
)

select
    item_id,
    source_system,
    item_number,
    item_key,
    method,
    is_record
from crosswalk
