{{ config(materialized='ephemeral') }}

with pack as (
    select
        c.item_key,
        c.item_number,
        c.item_category,
        c.record_system,
        c.record_words,
        {{ joined("c.copy_words || ' in ' || c.source_system") }} as copy_words
    from {{ ref('int_pack_conflicts') }} as c
    {{ join_units('c.item_key') }}
    group by c.item_key, c.item_number, c.item_category, c.record_system, c.record_words
),

conflict as (
    select
        item_key,
        item_number,
        item_category,
        record_system,
        {{ joined('record_words') }} as record_words,
        {{ joined('copy_words') }} as copy_words
    from pack
    group by item_key, item_number, item_category, record_system
),

-- A master that several entities share is their parent's.
home as (
    select
        s.source_system,
        {{ first_text('coalesce(e.parent_entity_id, e.entity_id)') }} as entity_id
    from {{ ref('int_systems_of_record') }} as s
    inner join {{ ref('int_entities') }} as e on s.entity_id = e.entity_id
    where s.object = 'item' and s.role = 'record' and s.recency = 1
    group by s.source_system
)

select
    'UOM_CONFLICT' as code,
    c.item_key as subject_id,
    c.item_key as match_unit_id,
    null as invoice_id,
    null as invoice_line_id,
    null as purchase_order_id,
    null as po_line_id,
    null as vendor_key,
    home.entity_id,
    c.item_category,
    false as is_posted,
    c.record_words as expected,
    c.copy_words as actual,
    null as limit_applied,
    null as policy_id,
    0 as amount_at_risk,
    e.currency,
    null::boolean as blocks,
    c.item_key as correlation_id,
    'Item ' || c.item_number || ': ' || c.record_words || ' in ' || c.record_system || ', but ' || c.copy_words || '.'
        as explanation
from conflict as c
inner join home on c.record_system = home.source_system
left join {{ ref('int_entities') }} as e on home.entity_id = e.entity_id
