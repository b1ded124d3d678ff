{{ config(materialized='ephemeral') }}

-- From each unit on to what it is counted in, until nothing is said or a unit comes again.
with recursive trace as (
    select
        item_key,
        entity_id,
        vendor_key,
        unit,
        of_unit as reached,
        words,
        '|' || unit || '|' as passed,
        unit = of_unit as is_circle,
        1 as steps
    from {{ ref('int_pack_links') }}
    where not is_crowded

    union all

    select
        trace.item_key,
        trace.entity_id,
        trace.vendor_key,
        trace.unit,
        link.of_unit as reached,
        trace.words || ', ' || link.words as words,
        trace.passed || link.unit || '|' as passed,
        position('|' || link.of_unit || '|' in trace.passed || link.unit || '|') > 0 as is_circle,
        trace.steps + 1 as steps
    from trace
    inner join {{ ref('int_pack_links') }} as link
        on
            trace.item_key = link.item_key
            and trace.entity_id = link.entity_id
            and trace.vendor_key = link.vendor_key
            and trace.reached = link.unit
    where not trace.is_circle and trace.steps < 24
),

-- A circle, if there is one, else the farthest that one comes.
ranked as (
    select
        trace.*,
        row_number() over (
            partition by item_key, entity_id, vendor_key, unit
            order by is_circle desc, steps desc, {{ by_code_point('words') }}
        ) as preference
    from trace
)

select
    item_key,
    entity_id,
    vendor_key,
    unit,
    is_circle,
    words
from ranked
where preference <= 1
