{{
    config(
        indexes=[
            {'columns': ['contract_price_id'], 'unique': true},
            {'columns': ['source_system', 'source_key']},
        ],
        meta={'analyze': true},
    )
}}

-- What a run touches is found by what this held before it.
-- depends_on: {{ ref('int_touched') }}

-- Price lists name items and vendors by their numbers in the systems of record, and not in which of them.
with item_of as (
    select
        item_number,
        min(item_key) as item_key
    from {{ ref('int_item_crosswalk') }}
    where is_record
    group by item_number
    having count(distinct item_key) = 1
),

vendor_of as (
    select
        vendor_number,
        min(vendor_key) as vendor_key
    from {{ ref('int_vendor_crosswalk') }}
    where is_record
    group by vendor_number
    having count(distinct vendor_key) = 1
)

select
    concat_ws(':', p._source_system, p.contract_number, p.item_number, p.unit, p.valid_from) as contract_price_id,
    p._source_system as source_system,
    p._record_key as source_key,
    p.contract_number,
    item_of.item_key,
    vendor_of.vendor_key,
    p.entity_id,
    p.item_number,
    p.vendor_number,
    p.vendor_name,
    p.unit,
    p.tier,
    p.gpo,
    p.price,
    p.currency,
    p.valid_from,
    coalesce(p.valid_to, '9999-12-31'::date) as valid_to
from {{ ref('stg_contract_prices') }} as p
left join item_of on p.item_number = item_of.item_number
left join vendor_of on p.vendor_number = vendor_of.vendor_number
