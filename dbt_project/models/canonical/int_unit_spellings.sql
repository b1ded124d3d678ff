{{ config(materialized='ephemeral') }}

with said as (
    select
        subject_id as code,
        {{ json_text('detail', 'unit') }} as unit,
        row_number() over (partition by subject_id order by _known_at desc, decision_id desc) as preference
    from {{ ref('stg_decisions') }}
    where decision_type = 'unit_code'
)

select
    code,
    unit
from said
where preference <= 1
