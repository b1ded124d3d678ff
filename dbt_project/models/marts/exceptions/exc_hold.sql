{{ config(materialized='stable_view') }}

with hold as (
    select * from {{ ref('match_hold') }}
),

moment as (
    select {{ as_of() }} as as_of
),

aged as (
    select
        hold.*,
        floor(extract(epoch from coalesce(hold.resolved_at, moment.as_of) - hold.opened_at) / 86400)::integer
            as age_days
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
    aged.root_cause,
    aged.expected,
    aged.actual,
    aged.limit_applied,
    aged.policy_id,
    aged.explanation,
    aged.resolution,
    aged.released_by,
    aged.release_reason,
    aged.amount_at_risk,
    aged.currency,
    aged.age_days,
    bucket.age_bucket,
    aged.opened_at,
    aged.resolved_at
from aged
left join bucket
    on
        aged.is_open
        and aged.age_days >= bucket.from_days
        and (bucket.to_days is null or aged.age_days <= bucket.to_days)
