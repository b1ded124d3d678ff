{#
    ERPs: what a steward decided on masters and their copy does not say: items to refer to, packs to correct, vendor
    numbers to merge. A proposal's key at its target is kind, number, and unit where it is about one.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'master_proposal'
),

item as (
    select
        _source_system || ':' || item_number as item_id,
        _source_system as source_system,
        item_number,
        source_ref
    from {{ ref('stg_items') }}
),

item_link as (
    select
        item.source_system as target,
        'item' as subject_type,
        'item_link ' || item.item_id as subject_id,
        'item_link:' || item.item_number as target_key,
        jsonb_build_object(
            'kind', 'item_link',
            'number', item.item_number,
            'sameAs', {{ key_of('crosswalk.item_key') }},
            'sameAsSystem', {{ system_of('crosswalk.item_key') }},
            'decidedBy', decided.decided_by,
            'comment', decided.reason
        ) as body
    from {{ ref('int_item_crosswalk') }} as crosswalk
    inner join item on crosswalk.item_id = item.item_id
    inner join {{ ref('int_item_decisions') }} as decided
        on crosswalk.item_id = decided.item_id and crosswalk.item_key = decided.record_item_id
    where
        crosswalk.method = 'decision'
        and decided.decision_type = 'item_link'
        and item.source_ref is distinct from {{ key_of('crosswalk.item_key') }}
),

-- What the ERPs say of packs for everybody.
pack as (
    select
        _source_system || ':' || item_number as item_id,
        unit,
        of_unit,
        factor,
        coalesce(factor_denominator, 1) as factor_denominator
    from {{ ref('stg_item_units') }}
    where entity_id is null and vendor_number is null
),

unit_factor as (
    select
        item.source_system as target,
        'item_unit' as subject_type,
        'unit_factor ' || item.item_id || ' ' || decided.unit as subject_id,
        'unit_factor:' || item.item_number || ':' || decided.unit as target_key,
        jsonb_build_object(
            'kind', 'unit_factor',
            'number', item.item_number,
            'unit', decided.unit,
            'ofUnit', coalesce(decided.of_unit, record.base_unit),
            'factor', trim_scale(decided.factor),
            'factorDenominator', trim_scale(coalesce(decided.factor_denominator, 1)),
            'decidedBy', decided.decided_by,
            'comment', decided.reason
        ) as body
    from {{ ref('int_unit_decisions') }} as decided
    inner join {{ ref('int_items') }} as record on decided.item_key = record.item_key
    inner join {{ ref('int_item_crosswalk') }} as crosswalk on decided.item_key = crosswalk.item_key
    inner join item on crosswalk.item_id = item.item_id
    where
        decided.entity_id = ''
        and decided.vendor_key = ''
        and exists (
            select 1
            from pack
            where item.item_id = pack.item_id and decided.unit = pack.unit
        )
        and not exists (
            select 1
            from pack
            where
                item.item_id = pack.item_id
                and decided.unit = pack.unit
                and coalesce(decided.of_unit, record.base_unit) = coalesce(pack.of_unit, record.base_unit)
                and decided.factor * pack.factor_denominator
                = pack.factor * coalesce(decided.factor_denominator, 1)
        )
),

vendor_merge as (
    select
        source_system as target,
        'vendor' as subject_type,
        'vendor_merge ' || vendor_id as subject_id,
        'vendor_merge:' || vendor_number as target_key,
        jsonb_build_object(
            'kind', 'vendor_merge',
            'number', vendor_number,
            'sameAs', {{ key_of('vendor_key') }},
            'sameAsSystem', {{ system_of('vendor_key') }}
        ) as body
    from {{ ref('int_vendor_crosswalk') }}
    where method = 'decision' and vendor_id <> vendor_key
),

proposal as (
    select * from item_link
    union all
    select * from unit_factor
    union all
    select * from vendor_merge
)

select
    operation.target,
    operation.operation,
    'ALL' as entity_id,
    proposal.subject_type,
    proposal.subject_id,
    proposal.target_key,
    proposal.body,
    proposal.body::text as facts,
    'taken over' as readback,
    null::text as correlation_id
from proposal
inner join operation on proposal.target = operation.target
