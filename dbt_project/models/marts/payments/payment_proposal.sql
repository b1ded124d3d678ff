with draft as (
    select * from {{ ref('payment_draft') }}
),

failed as (
    select
        payment_id,
        array_agg(control_code order by control_code collate "C") as codes
    from {{ ref('payment_control') }}
    where stage = 'proposal' and not passed
    group by payment_id
),

{{ choose_payment_policy('draft') }},

blocked as (
    select
        draft.*,
        policy.policy_id,
        policy.two_approvers_above,
        coalesce(failed.codes, '{}')::text[] as blocked_by,
        failed.codes is not null as is_blocked
    from draft
    {{ join_payment_policy('draft', 'draft') }}
    left join failed on draft.payment_id = failed.payment_id
),

-- A batch is made of what may go; what is blocked stands beside it.
batch as (
    select
        entity_id,
        coalesce(paying_account, '') as paying_account,
        coalesce(payment_profile, '') as payment_profile,
        method,
        currency,
        'B' || left(md5(concat_ws(
            '|',
            entity_id, coalesce(paying_account, ''), coalesce(payment_profile, ''), method, currency,
            {{ joined("case when not is_blocked then payment_id end", "'|'") }}
        )), 20) as batch_id
    from blocked
    group by entity_id, coalesce(paying_account, ''), coalesce(payment_profile, ''), method, currency
)

select
    batch.batch_id,
    blocked.payment_id,
    blocked.entity_id,
    blocked.paying_account,
    blocked.payment_profile,
    blocked.vendor_key,
    {{ system_of('blocked.vendor_id') }} as vendor_source,
    {{ key_of('blocked.vendor_id') }} as vendor_number,
    blocked.vendor_name,
    blocked.vendor_account_id,
    blocked.account_token,
    blocked.account_last4,
    blocked.routing_number,
    blocked.currency,
    blocked.amount,
    blocked.discount_amount,
    blocked.requested_date,
    blocked.method,
    blocked.remittance,
    blocked.invoice_count,
    blocked.policy_id,
    blocked.two_approvers_above::numeric(20, 4) as two_approvers_above,
    blocked.blocked_by,
    blocked.is_blocked,
    {{ as_of() }} as known_at
from blocked
inner join batch
    on
        blocked.entity_id = batch.entity_id
        and coalesce(blocked.paying_account, '') = batch.paying_account
        and coalesce(blocked.payment_profile, '') = batch.payment_profile
        and blocked.method = batch.method
        and blocked.currency = batch.currency
