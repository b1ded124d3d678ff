{{ config(materialized='ephemeral') }}

with said as (
    select
        d.decision_id,
        {{ json_text('d.detail', 'item_id') }} as item_id,
        {{ json_text('d.detail', 'unit') }} as unit,
        {{ json_text('d.detail', 'of_unit') }} as of_unit,
        coalesce({{ json_text('d.detail', 'entity_id') }}, '') as entity_id,
        {{ json_text('d.detail', 'vendor_id') }} as vendor_id,
        {{ to_number(json_text('d.detail', 'factor')) }} as factor,
        {{ to_number(json_text('d.detail', 'factor_denominator')) }} as factor_denominator,
        d.decided_by,
        d.reason,
        d._known_at
    from {{ ref('stg_decisions') }} as d
    where d.decision_type = 'unit_factor'
),

resolved as (
    select
        said.*,
        item.item_key,
        coalesce(v.vendor_key, said.vendor_id, '') as vendor_key
    from said
    inner join {{ ref('int_item_crosswalk') }} as item on said.item_id = item.item_id
    left join {{ ref('int_vendor_crosswalk') }} as v on said.vendor_id = v.vendor_id
),

ranked as (
    select
        resolved.*,
        row_number() over (
            partition by item_key, unit, entity_id, vendor_key
            order by _known_at desc, decision_id desc
        ) as preference
    from resolved
)

select
    decision_id,
    item_key,
    unit,
    of_unit,
    entity_id,
    vendor_key,
    factor,
    factor_denominator,
    decided_by,
    reason,
    _known_at
from ranked
where preference <= 1
