{{ config(indexes=[{'columns': ['item_key', 'unit'], 'unique': true}], meta={'analyze': true}) }}

with item as (
    select * from {{ ref('int_items') }}
)

select
    item.item_key,
    u.unit,
    u.factor,
    u.gtin
from {{ ref('stg_item_units') }} as u
inner join item on u._source_system = item.source_system and u.item_number = item.item_number
where u.unit <> item.base_unit and u.factor > 0

union all

select
    item.item_key,
    item.base_unit as unit,
    1::numeric(24, 10) as factor,
    item.gtin
from item
