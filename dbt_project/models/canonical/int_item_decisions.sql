{{ config(materialized='ephemeral') }}

with said as (
    select
        decision_id,
        decision_type,
        {{ json_text('detail', 'item_id') }} as item_id,
        {{ json_text('detail', 'record_item_id') }} as record_item_id,
        decided_by,
        reason,
        _known_at
    from {{ ref('stg_decisions') }}
    where decision_type in ('item_link', 'item_apart')
),

ranked as (
    select
        said.*,
        row_number() over (
            partition by item_id, record_item_id
            order by _known_at desc, decision_id desc
        ) as preference
    from said
)

select
    decision_id,
    decision_type,
    item_id,
    record_item_id,
    decided_by,
    reason,
    _known_at
from ranked
where preference <= 1
