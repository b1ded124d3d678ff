{%- set limits = policy_limits() -%}

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
        {%- for limit in limits %}
        {{ limit }},
        {%- endfor %}
        coalesce(price_under_blocks, false) as price_under_blocks,
        coalesce(amount_under_blocks, false) as amount_under_blocks,
        coalesce(tax_blocks, true) as tax_blocks,
        coalesce(charge_blocks, true) as charge_blocks,
        coalesce(receipt_grace_days, 0) as receipt_grace_days,
        coalesce(po_grace_hours, 24) as po_grace_hours
    from {{ ref('stg_policies') }}
)

select
    policy_id,
    md5(concat_ws(
        '|',
        policy_id, entity_id, vendor_key, item_category, match_type, currency, valid_from::text, valid_to::text,
        {%- for limit in limits %}
        coalesce({{ limit }}, ''),
        {%- endfor %}
        price_under_blocks::text, amount_under_blocks::text, tax_blocks::text, charge_blocks::text,
        receipt_grace_days::text, po_grace_hours::text
    )) as policy_hash,
    entity_id,
    vendor_key,
    item_category,
    match_type,
    currency,
    specificity,
    valid_from,
    valid_to,
    {%- for limit in limits %}
    {{ limit_of(limit, partner_of(limit)) }} as {{ limit }},
    {%- endfor %}
    price_under_blocks,
    amount_under_blocks,
    tax_blocks,
    charge_blocks,
    receipt_grace_days,
    po_grace_hours
from policy
