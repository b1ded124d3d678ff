{{ config(indexes=[{'columns': ['hit_id'], 'unique': true}]) }}

with hit as (
    select * from {{ ref('stg_screening_hits') }}
),

crosswalk as (
    select * from {{ ref('int_vendor_crosswalk') }}
),

decision as (
    select
        decision_id,
        subject_id,
        decision_type,
        decided_by,
        decided_at,
        reason,
        {{ json_text('detail', 'facts_sha256') }} as facts_sha256,
        row_number() over (partition by subject_id order by _known_at desc, decision_id desc) as preference
    from {{ ref('stg_decisions') }}
    where decision_type in ('screening_clear', 'screening_confirm')
),

-- A decision holds for the facts that it was made on.
decided as (
    select
        hit.hit_id,
        decision.decision_id,
        decision.decided_by,
        decision.decided_at,
        decision.reason,
        case decision.decision_type when 'screening_clear' then 'cleared' else 'confirmed' end as state
    from hit
    inner join decision
        on
            hit.hit_id = decision.subject_id
            and hit.facts_sha256 = decision.facts_sha256
            and decision.preference <= 1
)

select
    hit.hit_id,
    crosswalk.vendor_key,
    hit.vendor_id,
    hit.list,
    hit.entry_id,
    hit.entry_name,
    hit.matched_name,
    hit.is_alias,
    hit.score::numeric(4, 3) as score,
    hit.threshold::numeric(4, 3) as threshold,
    hit.evidence,
    hit.facts_sha256,
    coalesce(decided.state, 'open') as state,
    decided.decision_id,
    decided.decided_by,
    decided.decided_at,
    decided.reason,
    hit._first_known_at as hit_since
from hit
inner join crosswalk on hit.vendor_id = crosswalk.vendor_id
left join decided on hit.hit_id = decided.hit_id
