{{ config(materialized='stable_table') }}

with item_unit as (
    select * from {{ ref('int_item_units') }}
)

select
    (item_key || ':' || unit)::text as item_unit_id,
    item_key,
    unit,
    factor::numeric(24, 10) as factor,
    gtin
from item_unit
where factor is not null
