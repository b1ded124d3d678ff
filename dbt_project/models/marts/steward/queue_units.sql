{{ config(materialized='ephemeral') }}

-- One line for each pack, however many copies say otherwise; it can be answered by yes or no where there is one.
with disagreement as (
    select
        item_key,
        own_unit as unit,
        min(record_words) || ' in ' || min(record_system) || ', but '
        || {{ joined("copy_words || ' in ' || source_system", "' and '") }} || '.' as evidence,
        count(*) as copies,
        min(record_numerator) as record_numerator,
        min(record_denominator) as record_denominator,
        min(copy_numerator) as copy_numerator,
        min(copy_denominator) as copy_denominator
    from {{ ref('int_pack_conflicts') }}
    group by item_key, own_unit
),

refused as (
    select
        item_key,
        unit,
        max(explanation) as evidence
    from {{ ref('int_item_packs') }}
    where refusal is not null
    group by item_key, unit
),

subject as (
    select item_key from disagreement
    union
    select item_key from refused
),

-- Since when the last word on the item's packs is known.
said as (
    select
        crosswalk.item_key,
        max(unit._first_known_at) as waiting_since
    from {{ ref('stg_item_units') }} as unit
    inner join {{ ref('int_item_crosswalk') }} as crosswalk
        on unit._source_system = crosswalk.source_system and unit.item_number = crosswalk.item_number
    inner join subject on crosswalk.item_key = subject.item_key
    group by crosswalk.item_key
),

waiting as (
    select
        disagreement.item_key,
        disagreement.unit,
        null::text as money_key,
        hanging.amount,
        hanging.currency,
        disagreement.evidence,
        'Say what the pack holds: approve the master''s factor, or reject it for the copy''s.' as suggestion,
        case
            when copies = 1
                then jsonb_build_object(
                        'approve', 'record_factor',
                        'reject', 'copy_factor',
                        'record_factor', trim_scale(record_numerator)::text,
                        'record_denominator', trim_scale(record_denominator)::text,
                        'copy_factor', trim_scale(copy_numerator)::text,
                        'copy_denominator', trim_scale(copy_denominator)::text
                    )
            else '{}'::jsonb
        end as answers
    from disagreement
    left join {{ ref('exc_unit_conflict') }} as hanging on disagreement.item_key = hanging.item_key

    union all

    select
        item_key,
        unit,
        item_key as money_key,
        null::numeric as amount,
        null::text as currency,
        evidence,
        'Say what the pack holds; lines in this unit find no factor until then.' as suggestion,
        '{}'::jsonb as answers
    from refused
)

select
    'unit' as kind,
    waiting.item_key || ' ' || waiting.unit as subject_id,
    null::text as entity_id,
    'item_steward' as owner_role,
    said.waiting_since,
    waiting.money_key as item_key,
    null::text as vendor_id,
    waiting.amount,
    waiting.currency,
    'Item ' || waiting.item_key || ': ' || waiting.evidence as evidence,
    waiting.suggestion,
    jsonb_build_object('item_id', waiting.item_key, 'unit', waiting.unit) || waiting.answers as detail
from waiting
left join said on waiting.item_key = said.item_key
