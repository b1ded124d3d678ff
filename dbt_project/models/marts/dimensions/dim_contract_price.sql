{{ config(materialized='stable_table') }}

with price as (
    select * from {{ ref('int_contract_prices') }}
)

select
    contract_price_id,
    contract_number,
    item_key,
    vendor_key,
    entity_id,
    item_number,
    vendor_number,
    vendor_name,
    unit,
    tier,
    gpo,
    price,
    currency,
    valid_from,
    nullif(valid_to, '9999-12-31'::date) as valid_to
from price
