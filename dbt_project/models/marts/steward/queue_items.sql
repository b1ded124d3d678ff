{{ config(materialized='ephemeral') }}

with review as (
    select * from {{ ref('int_item_reviews') }}
),

item as (
    select
        _source_system || ':' || item_number as item_id,
        description,
        _first_known_at
    from {{ ref('stg_items') }}
)

select
    'item' as kind,
    review.review_id as subject_id,
    null::text as entity_id,
    'item_steward' as owner_role,
    greatest(own._first_known_at, record._first_known_at) as waiting_since,
    crosswalk.item_key,
    null::text as vendor_id,
    null::numeric as amount,
    null::text as currency,
    review.item_id || ' (' || coalesce(own.description, '') || ') and ' || review.record_item_id || ' ('
    || coalesce(record.description, '') || '): ' || review.evidence as evidence,
    case review.kind
        when 'link' then 'Link them where they are one article.'
        when 'linked' then 'They are linked, but other evidence names another item: confirm the link.'
        when 'contradiction' then 'Linked to another item: say that these two are apart, or link these instead.'
        when 'same_article' then 'Two items of the master claim one article: have the master''s owner merge them.'
    end as suggestion,
    jsonb_build_object('item_id', review.item_id, 'record_item_id', review.record_item_id, 'review', review.kind)
    || case review.kind
        when 'contradiction' then '{"approve": "item_apart", "reject": "item_link"}'::jsonb
        else '{"approve": "item_link", "reject": "item_apart"}'::jsonb
    end as detail
from review
left join item as own on review.item_id = own.item_id
left join item as record on review.record_item_id = record.item_id
left join {{ ref('int_item_crosswalk') }} as crosswalk on review.item_id = crosswalk.item_id
