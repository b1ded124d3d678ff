{{ config(materialized='ephemeral') }}

with vendor as (
    select
        c.review_cluster_id,
        c.vendor_key,
        v.name,
        min(v.source_system) as source_system
    from {{ ref('int_vendor_crosswalk') }} as c
    inner join {{ ref('int_vendors') }} as v on c.vendor_key = v.vendor_key
    {{ join_units(review_unit('c.review_cluster_id')) }}
    where c.review_cluster_id is not null
    group by c.review_cluster_id, c.vendor_key, v.name
),

cluster as (
    select
        review_cluster_id,
        {{ first_text('vendor_key') }} as vendor_key,
        {{ first_text('source_system') }} as source_system,
        count(*) as vendors,
        {{ joined('vendor_key') }} as vendor_keys,
        {{ joined("coalesce(name, 'no name') || ' (' || vendor_key || ')'") }} as in_words
    from vendor
    group by review_cluster_id
),

home as (
    select * from {{ ref('int_vendor_homes') }}
)

select
    'DUPLICATE_VENDOR' as code,
    c.review_cluster_id as subject_id,
    {{ review_unit('c.review_cluster_id') }} as match_unit_id,
    null as invoice_id,
    null as invoice_line_id,
    null as purchase_order_id,
    null as po_line_id,
    c.vendor_key,
    home.entity_id,
    null as item_category,
    false as is_posted,
    'one vendor or several, as a person decides' as expected,
    c.vendor_keys as actual,
    null as limit_applied,
    null as policy_id,
    0 as amount_at_risk,
    e.currency,
    null::boolean as blocks,
    c.review_cluster_id as correlation_id,
    'These may be one vendor: ' || c.in_words || '.' as explanation
from cluster as c
inner join home on c.source_system = home.source_system
left join {{ ref('int_entities') }} as e on home.entity_id = e.entity_id
where c.vendors > 1
