{{ config(materialized='ephemeral') }}

with said as (
    select
        d.decision_id,
        d.decision_type,
        d.subject_id as bank_entry_id,
        listed_value as payment_id,
        d.decided_by,
        d._known_at,
        rank() over (
            partition by d.subject_id, d.decision_type
            order by d._known_at desc, d.decision_id desc
        ) as recency,
        row_number() over (
            partition by d.subject_id, listed_value
            order by d._known_at desc, d.decision_id desc
        ) as preference
    from {{ ref('stg_decisions') }} as d
    cross join {{ json_texts('d.detail', 'payment_ids') }}
    where d.decision_type in ('bank_match', 'bank_apart')
)

-- Of the matches of an entry the last one counts; what was kept apart stays so until a match names it again.
select
    bank_entry_id,
    payment_id,
    decision_type = 'bank_match' as is_match,
    decided_by
from said
where preference <= 1 and (decision_type = 'bank_apart' or recency <= 1)
