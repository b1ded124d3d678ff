{{ config(materialized='ephemeral') }}

with hit as (
    select
        h.vendor_key,
        h.list || ':' || h.entry_id as entry,
        max(h.score) as score,
        max(h.threshold) as threshold,
        min(
            h.vendor_id || ' resembles ' || h.matched_name
            || case when h.is_alias then ', another name of ' || h.entry_name else '' end
            || ' (' || h.list || ':' || h.entry_id || '): ' || h.evidence || '; score ' || h.score
            || case when h.state = 'confirmed' then '; confirmed by ' || h.decided_by else '' end
        ) as in_words
    from {{ ref('int_screening_hits') }} as h
    {{ join_units(screened_unit('h.vendor_key')) }}
    where h.state <> 'cleared'
    group by h.vendor_key, h.list, h.entry_id
),

vendor as (
    select
        vendor_key,
        count(*) as entries,
        {{ joined('entry') }} as entry_ids,
        max(threshold) as threshold,
        {{ joined('in_words', "'. '") }} as in_words
    from hit
    group by vendor_key
),

home as (
    select * from {{ ref('int_vendor_homes') }}
)

select
    'SCREENING_HIT' as code,
    vendor.vendor_key as subject_id,
    {{ screened_unit('vendor.vendor_key') }} as match_unit_id,
    null as invoice_id,
    null as invoice_line_id,
    null as purchase_order_id,
    null as po_line_id,
    vendor.vendor_key,
    home.entity_id,
    null as item_category,
    false as is_posted,
    'on no list, or cleared by compliance' as expected,
    vendor.entry_ids as actual,
    vendor.threshold::text as limit_applied,
    null as policy_id,
    0 as amount_at_risk,
    e.currency,
    null::boolean as blocks,
    vendor.vendor_key as correlation_id,
    vendor.in_words || '.' as explanation
from vendor
inner join {{ ref('int_vendors') }} as v on vendor.vendor_key = v.vendor_key
left join home on v.source_system = home.source_system
left join {{ ref('int_entities') }} as e on home.entity_id = e.entity_id
