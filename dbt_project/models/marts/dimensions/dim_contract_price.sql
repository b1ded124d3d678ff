{{ config(materialized='stable_table') }}

with price as (
    select * from {{ ref('stg_contract_prices') }}
),


item_crosswalk as (
    select * from {{ ref('int_item_crosswalk') }}
    where is_record
),

vendor as (
    select * from {{ ref('int_vendor_crosswalk') }}
    where is_record
),

vendor_of as (
    select
        vendor_number,
        min(vendor_key) as vendor_key
    from vendor
    group by vendor_number
    having count(distinct vendor_key) = 1
),

item_of as (
    select
        item_number,
        min(item_key) as item_key
    from item_crosswalk
    group by item_number
    having count(distinct item_key) = 1
)

select
    concat_ws(':', price._source_system, price.contract_number, price.item_number, price.unit, price.valid_from)::text
        as contract_price_id,
    price.contract_number,
    item_of.item_key,
    vendor_of.vendor_key,
    price.entity_id,
    price.item_number,
    price.vendor_number,
    price.vendor_name,
    price.unit,
    price.tier,
    price.gpo,
    price.price::numeric(19, 10) as price,
    price.currency,
    price.valid_from,
    price.valid_to
from price
left join item_of on price.item_number = item_of.item_number
left join vendor_of on price.vendor_number = vendor_of.vendor_number
