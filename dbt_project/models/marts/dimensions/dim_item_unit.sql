{{ config(materialized='stable_table') }}

with item_unit as (
    select * from {{ ref('int_item_units') }}
)

select
    (i.item_key || ':' || i.unit)::text as item_unit_id,
    i.item_key,
    i.unit,
    u.name as unit_name,
    i.factor::numeric(24, 10) as factor,
    i.gtin
from item_unit as i
left join {{ ref('units') }} as u on i.unit = u.unit
where i.factor is not null
