{{ config(materialized='stable_table') }}

with item as (
    select * from {{ ref('int_items') }}
)

select
    item_key,
    item_number,
    source_system,
    description,
    manufacturer,
    manufacturer_part,
    gtin,
    unspsc,
    category,
    base_unit,
    stocked,
    lot_controlled,
    active
from item
