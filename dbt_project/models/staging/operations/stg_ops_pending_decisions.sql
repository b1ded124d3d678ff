{#
    Decisions that people made since the last transformation: they take effect in the next. What they are about waits
    no longer. A rebuild knows none.
#}
{{ config(materialized='stable_view') }}

select
    decision.decision_type,
    decision.subject_type,
    decision.subject_id,
    decision.detail,
    decision.decided_by,
    promotion.known_at
from {{ source('raw', 'decision') }} as decision
inner join {{ source('gate_records', 'promotion') }} as promotion on decision._batch_id = promotion.batch_id
where promotion.known_at > {{ as_of() }} and {{ 'false' if var('as_of', none) else 'true' }}
