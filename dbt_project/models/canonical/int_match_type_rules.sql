select
    rule_id,
    coalesce(entity_id, '') as entity_id,
    coalesce(vendor_key, '') as vendor_key,
    coalesce(item_category, '') as item_category,
    match_type,
    {{ specificity(['entity_id', 'vendor_key', 'item_category']) }} as specificity
from {{ ref('stg_match_type_rules') }}
