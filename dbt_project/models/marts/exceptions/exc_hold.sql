{{ config(materialized='stable_view') }}

with hold as (
    select * from {{ ref('match_hold') }}
),

decision as (
    select * from {{ ref('stg_decisions') }}
    where decision_type = 'root_cause'
),

-- A steward's word on the episode that was the last one when it was given; of several the latest stands.
correction as (
    select
        hold_id,
        episode,
        detail::jsonb ->> 'root_cause' as root_cause,
        decided_by,
        row_number() over (partition by hold_id, episode order by decided_at desc, decision_id desc) as preference
    from (
        select
            hold.hold_id,
            hold.episode,
            decision.*,
            row_number() over (partition by decision.decision_id order by hold.episode desc) as latest
        from decision
        inner join hold on decision.subject_id = hold.hold_id and decision.decided_at >= hold.opened_at
    ) as said
    where latest = 1
),

moment as (
    select {{ as_of() }} as as_of
),

aged as (
    select
        hold.*,
        {{ whole_days('hold.opened_at', 'coalesce(hold.resolved_at, moment.as_of)') }} as age_days
    from hold
    cross join moment
),

bucket as (
    select * from {{ ref('aging_buckets') }}
)

select
    aged.hold_id,
    aged.episode,
    aged.code,
    aged.subject_type,
    aged.subject_id,
    aged.entity_id,
    aged.invoice_id,
    aged.invoice_line_id,
    aged.purchase_order_id,
    aged.po_line_id,
    aged.vendor_key,
    aged.correlation_id,
    aged.severity,
    aged.stage,
    aged.blocking,
    aged.is_open,
    aged.owner_role,
    aged.owner,
    coalesce(correction.root_cause, aged.root_cause) as root_cause,
    correction.decided_by as root_cause_corrected_by,
    aged.expected,
    aged.actual,
    aged.limit_applied,
    aged.policy_id,
    aged.explanation,
    aged.resolution,
    aged.released_by,
    aged.release_reason,
    coalesce(hanging.amount, aged.amount_at_risk)::numeric(20, 4) as amount_at_risk,
    aged.currency,
    aged.age_days,
    bucket.age_bucket,
    aged.opened_at,
    aged.resolved_at
from aged
left join correction
    on aged.hold_id = correction.hold_id and aged.episode = correction.episode and correction.preference = 1
left join {{ ref('exc_unit_conflict') }} as hanging
    on
        aged.is_open
        and aged.code = 'UOM_CONFLICT'
        and aged.subject_id = hanging.item_key
        and aged.currency = hanging.currency
left join bucket
    on
        aged.is_open
        and aged.age_days >= bucket.from_days
        and (bucket.to_days is null or aged.age_days <= bucket.to_days)
