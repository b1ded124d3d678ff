{{ config(indexes=[{'columns': ['item_key'], 'unique': true}], meta={'analyze': true}) }}

select
    c.item_key,
    i.item_number,
    i._source_system as source_system,
    i.description,
    i.manufacturer,
    i.manufacturer_part,
    i.gtin,
    i.unspsc,
    i.category,
    i.base_unit,
    i.stocked,
    i.lot_controlled,
    i.active
from {{ ref('int_item_crosswalk') }} as c
inner join {{ ref('stg_items') }} as i on c.source_system = i._source_system and c.item_number = i.item_number
where c.item_id = c.item_key
