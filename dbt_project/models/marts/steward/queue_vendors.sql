{{ config(materialized='ephemeral') }}

with proposal as (
    select
        p.*,
        coalesce(p.review_cluster_id, p.left_id) as review_id
    from {{ ref('stg_ops_vendor_proposals') }} as p
),

member as (
    select
        review_id,
        left_id as vendor_id,
        left_cluster_id as cluster_id
    from proposal
    union
    select
        review_id,
        right_id as vendor_id,
        right_cluster_id as cluster_id
    from proposal
),

-- Numbers that are one vendor already stay together, whatever is decided.
cluster as (
    select
        review_id,
        cluster_id,
        jsonb_agg(vendor_id order by vendor_id collate "C") as vendor_ids
    from member
    group by review_id, cluster_id
),

clusters as (
    select
        review_id,
        jsonb_agg(vendor_ids order by cluster_id collate "C") as groups
    from cluster
    group by review_id
),

named as (
    select
        p.*,
        own.name as left_name,
        other.name as right_name
    from proposal as p
    left join {{ ref('int_vendor_crosswalk') }} as own on p.left_id = own.vendor_id
    left join {{ ref('int_vendor_crosswalk') }} as other on p.right_id = other.vendor_id
),

review as (
    select
        review_id,
        min(waiting_since) as waiting_since,
        bool_and(tier = 'merge') as is_merge,
        min(probability) as probability,
        {{ joined(
            "left_id || ' (' || coalesce(left_name, '') || ') and ' || right_id || ' (' || coalesce(right_name, '') || '): ' || evidence || '.'",
            "' '"
        ) }} as evidence,
        string_agg(distinct nullif(reasons, ''), '; ') as reasons
    from named
    group by review_id
),

money as (
    select
        member.review_id,
        invoice.currency,
        sum(invoice.gross_amount) as amount
    from member
    inner join {{ ref('int_invoices') }} as invoice on member.vendor_id = invoice.vendor_id
    where not invoice.is_cancelled and not invoice.is_paid
    group by member.review_id, invoice.currency
),

-- Decided since the last resolution.
decided as (
    select distinct member.review_id
    from member
    inner join {{ ref('stg_ops_pending_decisions') }} as pending
        on pending.subject_type = 'vendor' and position('"' || member.vendor_id || '"' in pending.detail) > 0
)

select
    'vendor' as kind,
    review.review_id as subject_id,
    null::text as entity_id,
    'vendor_steward' as owner_role,
    review.waiting_since,
    null::text as item_key,
    null::text as vendor_id,
    money.amount,
    money.currency,
    review.evidence,
    case
        when review.is_merge then 'Merge them: the model is sure, a person must say so.'
        else 'Look whether they are one vendor' || coalesce(': ' || review.reasons, '') || '.'
    end as suggestion,
    jsonb_build_object(
        'groups', clusters.groups, 'probability', review.probability,
        'approve', 'vendor_merge', 'reject', 'vendor_apart'
    ) as detail
from review
inner join clusters on review.review_id = clusters.review_id
left join money on review.review_id = money.review_id
left join decided on review.review_id = decided.review_id
where decided.review_id is null
