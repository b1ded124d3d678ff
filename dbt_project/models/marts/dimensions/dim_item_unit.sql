{{ config(materialized='incremental', incremental_strategy='refill', on_schema_change='fail') }}

with item_unit as (
    select * from {{ ref('int_item_units') }}
)

select
    (item_key || ':' || unit)::text as item_unit_id,
    item_key,
    unit,
    factor,
    gtin
from item_unit
