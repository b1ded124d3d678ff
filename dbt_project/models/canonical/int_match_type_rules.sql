-- A rule names a vendor by any of its numbers; it goes for all of the resolved vendor.
select
    r.rule_id,
    coalesce(r.entity_id, '') as entity_id,
    coalesce(v.vendor_key, r.vendor_key, '') as vendor_key,
    coalesce(r.item_category, '') as item_category,
    r.match_type,
    case r.match_type
        when 'four_way' then 1
        when 'three_way' then 2
        when 'receipt_only' then 3
        when 'two_way' then 4
        else 5
    end as strictness,
    {{ specificity(['r.entity_id', 'r.vendor_key', 'r.item_category']) }} as specificity
from {{ ref('stg_match_type_rules') }} as r
left join {{ ref('int_vendor_crosswalk') }} as v on r.vendor_key = v.vendor_id
