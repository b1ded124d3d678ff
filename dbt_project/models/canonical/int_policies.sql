with policy as (
    select
        policy_id,
        coalesce(entity_id, '') as entity_id,
        coalesce(vendor_key, '') as vendor_key,
        coalesce(item_category, '') as item_category,
        coalesce(match_type, '') as match_type,
        coalesce(currency, '') as currency,
        {{ specificity(['entity_id', 'vendor_key', 'item_category', 'match_type', 'currency']) }} as specificity,
        valid_from,
        coalesce(valid_to, '9999-12-31'::date) as valid_to,
        price_over_pct,
        price_over_amount,
        price_under_pct,
        price_under_amount,
        qty_ordered_over_pct,
        qty_ordered_over_qty,
        qty_received_over_pct,
        qty_received_over_qty,
        total_amount,
        coalesce(price_under_blocks, false) as price_under_blocks,
        coalesce(receipt_grace_days, 0) as receipt_grace_days,
        coalesce(po_grace_hours, 24) as po_grace_hours
    from {{ ref('stg_policies') }}
)

select
    policy_id,
    md5(concat_ws(
        '|',
        policy_id, entity_id, vendor_key, item_category, match_type, currency, valid_from::text, valid_to::text,
        coalesce(price_over_pct, ''), coalesce(price_over_amount, ''),
        coalesce(price_under_pct, ''), coalesce(price_under_amount, ''),
        coalesce(qty_ordered_over_pct, ''), coalesce(qty_ordered_over_qty, ''),
        coalesce(qty_received_over_pct, ''), coalesce(qty_received_over_qty, ''),
        coalesce(total_amount, ''), price_under_blocks::text, receipt_grace_days::text, po_grace_hours::text
    )) as policy_hash,
    entity_id,
    vendor_key,
    item_category,
    match_type,
    currency,
    specificity,
    valid_from,
    valid_to,
    {{ limit_of('price_over_pct', 'price_over_amount') }} as price_over_pct,
    {{ limit_of('price_over_amount', 'price_over_pct') }} as price_over_amount,
    {{ limit_of('price_under_pct', 'price_under_amount') }} as price_under_pct,
    {{ limit_of('price_under_amount', 'price_under_pct') }} as price_under_amount,
    {{ limit_of('qty_ordered_over_pct', 'qty_ordered_over_qty') }} as qty_ordered_over_pct,
    {{ limit_of('qty_ordered_over_qty', 'qty_ordered_over_pct') }} as qty_ordered_over_qty,
    {{ limit_of('qty_received_over_pct', 'qty_received_over_qty') }} as qty_received_over_pct,
    {{ limit_of('qty_received_over_qty', 'qty_received_over_pct') }} as qty_received_over_qty,
    {{ limit_of('total_amount') }} as total_amount,
    price_under_blocks,
    receipt_grace_days,
    po_grace_hours
from policy
