{#
    What is asked of each payment before it goes, and how it answers (payments, section 2): of our proposals, and of the
    payments that an ERP or we have on the way. A payment that fails one is blocked.
#}

with payment as (
    select * from {{ ref('payment_controlled') }}
),

part as (
    select * from {{ ref('payment_controlled_invoice') }}
),

account as (
    select
        payment.payment_id,
        payment.entity_id,
        payment.currency,
        a.account_last4,
        a.routing_number,
        a.changed_at,
        a.confirmed_at
    from payment
    inner join {{ ref('int_vendor_bank_accounts') }} as a
        on
            payment.vendor_id = a.vendor_id
            and a.is_valid
            and coalesce(payment.vendor_account_id, a.vendor_account_id) = a.vendor_account_id
),

{{ choose_payment_policy('payment') }},

-- Accounts with what is wrong with them.
changed as (
    select
        account.payment_id,
        {{ joined(
            "('account ending in ' || coalesce(account.account_last4, '?') || ' changed on ' || " ~ utc_date('account.changed_at') ~ ")"
        ) }} as detail
    from account
    {{ join_payment_policy('payment', 'account') }}
    where
        account.changed_at is not null
        and account.confirmed_at is null
        and {{ is_cooling('account.changed_at', 'policy.cooling_days') }}
    group by account.payment_id
),

misprinted as (
    select
        part.payment_id,
        {{ joined(
            "'invoice ' || coalesce(r.invoice_number, r.invoice_id) || ' prints an account ending in '"
            ~ " || coalesce(r.remit_to_account_last4, '?')"
        ) }} as detail
    from part
    inner join {{ ref('match_remit_to') }} as r on part.invoice_id = r.invoice_id
    group by part.payment_id
),

mistyped as (
    select
        payment_id,
        {{ joined("'routing number ' || routing_number || ' fails its check'") }} as detail
    from account
    where not {{ routing_number_fits('routing_number') }}
    group by payment_id
),

screened as (
    select
        payment.payment_id,
        {{ joined('f.explanation') }} as detail
    from payment
    inner join {{ ref('match_finding') }} as f on payment.vendor_key = f.vendor_key
    where f.code = 'SCREENING_HIT' and f.subject_type = 'vendor' and f.blocking and not f.is_released
    group by payment.payment_id
),

paid as (
    select
        p.payment_id,
        p.state,
        p.vendor_key,
        p.currency,
        p.amount,
        p.requested_date,
        a.invoice_id
    from {{ ref('int_payments') }} as p
    left join {{ ref('int_payment_invoices') }} as a on p.payment_id = a.payment_id
    where p.is_live or p.is_settled
),

-- The same invoice again; the copy of one that is or was paid; the same sum to the same vendor for nobody knows what.
again as (
    select
        part.payment_id,
        part.invoice_ref || ' is in payment ' || paid.payment_id as said
    from part
    inner join paid on part.invoice_id = paid.invoice_id and part.payment_id <> paid.payment_id

    union

    select
        part.payment_id,
        part.invoice_ref || ' repeats ' || d.original_invoice_id || ', which payment ' || paid.payment_id || ' pays'
            as said
    from part
    inner join {{ ref('match_duplicate') }} as d on part.invoice_id = d.invoice_id
    inner join paid on d.original_invoice_id = paid.invoice_id
    where
        not exists (
            select 1
            from {{ ref('match_finding') }} as f
            where f.invoice_id = d.invoice_id and f.code = d.code and f.is_released
        )

    union

    select
        payment.payment_id,
        'payment ' || paid.payment_id || ' of the same amount names no invoice that is known' as said
    from payment
    inner join paid
        on
            payment.vendor_key = paid.vendor_key
            and payment.currency = paid.currency
            and payment.amount = paid.amount
            and payment.payment_id <> paid.payment_id
            and paid.invoice_id is null
            and abs(payment.requested_date - paid.requested_date) <= 30
),

duplicate as (
    select
        payment_id,
        {{ joined('said', "'; '") }} as detail
    from again
    group by payment_id
),

-- Invoices that must not be paid: unknown, held, not posted, cancelled.
held as (
    select
        part.payment_id,
        {{ joined(
            "part.invoice_ref || ' ' || case when i.invoice_id is null then 'is not known'"
            ~ " when i.is_cancelled then 'is cancelled'"
            ~ " when not i.is_posted then 'is not posted' else 'is held: ' || coalesce(m.verdict, 'no verdict') end"
        ) }} as detail
    from part
    left join {{ ref('int_invoices') }} as i on part.invoice_id = i.invoice_id
    left join {{ ref('match_invoice') }} as m on i.invoice_id = m.invoice_id
    where
        i.invoice_id is null
        or i.is_cancelled
        or not i.is_posted
        or not {{ verdict_may_be_paid('m.verdict') }}
    group by part.payment_id
),

summed as (
    select
        payment_id,
        sum(amount) as amount
    from part
    group by payment_id
),

judged as (
    select
        payment.*,
        policy.policy_id,
        policy.payment_limit,
        policy.batch_limit,
        changed.detail as changed_detail,
        misprinted.detail as misprinted_detail,
        mistyped.detail as mistyped_detail,
        screened.detail as screened_detail,
        duplicate.detail as duplicate_detail,
        held.detail as held_detail,
        summed.amount as parts_amount
    from payment
    {{ join_payment_policy('payment', 'payment') }}
    left join changed on payment.payment_id = changed.payment_id
    left join misprinted on payment.payment_id = misprinted.payment_id
    left join mistyped on payment.payment_id = mistyped.payment_id
    left join screened on payment.payment_id = screened.payment_id
    left join duplicate on payment.payment_id = duplicate.payment_id
    left join held on payment.payment_id = held.payment_id
    left join summed on payment.payment_id = summed.payment_id
),

answer as (
    select
        payment_id,
        'NO_POLICY' as control_code,
        policy_id is not null as passed,
        policy_id as detail
    from judged

    union all

    select
        payment_id,
        'NO_PAYING_ACCOUNT' as control_code,
        paying_account is not null and payment_profile is not null as passed,
        paying_account as detail
    from judged
    where stage = 'proposal'

    union all

    select
        payment_id,
        'NO_BANK_ACCOUNT' as control_code,
        vendor_account_id is not null or method = 'cheque' as passed,
        vendor_account_id as detail
    from judged
    where stage = 'proposal'

    union all

    select
        payment_id,
        'ACCOUNT_INVALID' as control_code,
        mistyped_detail is null as passed,
        mistyped_detail as detail
    from judged

    union all

    select
        payment_id,
        'BANK_DETAIL_CHANGED' as control_code,
        changed_detail is null and misprinted_detail is null as passed,
        nullif(concat_ws('; ', changed_detail, misprinted_detail), '') as detail
    from judged

    union all

    select
        payment_id,
        'SCREENING_HIT' as control_code,
        screened_detail is null as passed,
        screened_detail as detail
    from judged

    union all

    select
        payment_id,
        'VENDOR_INACTIVE' as control_code,
        coalesce(vendor_inactive_since > {{ utc_date(as_of()) }}, true) as passed,
        'since ' || vendor_inactive_since as detail
    from judged

    union all

    select
        payment_id,
        'DUPLICATE_PAYMENT' as control_code,
        duplicate_detail is null as passed,
        duplicate_detail as detail
    from judged

    union all

    select
        payment_id,
        'INVOICE_HELD' as control_code,
        held_detail is null as passed,
        held_detail as detail
    from judged

    union all

    select
        payment_id,
        'AMOUNT_DIFFERS' as control_code,
        coalesce(amount = parts_amount, false) as passed,
        'its invoices come to ' || coalesce({{ money('parts_amount') }}, 'nothing') as detail
    from judged

    union all

    select
        payment_id,
        'PAYMENT_LIMIT' as control_code,
        coalesce(amount <= payment_limit, true) as passed,
        'limit ' || {{ plain('payment_limit') }} as detail
    from judged
),

-- What passes is taken in the order of its dates until the batch is full.
filled as (
    select
        judged.payment_id,
        judged.batch_limit,
        sum(judged.amount) over (
            partition by
                judged.entity_id, judged.paying_account, judged.payment_profile, judged.method, judged.currency
            order by judged.requested_date, {{ by_code_point('judged.payment_id') }}
            rows between unbounded preceding and current row
        ) as total
    from judged
    where
        judged.stage = 'proposal'
        and not exists (
            select 1
            from answer
            where answer.payment_id = judged.payment_id and not answer.passed
        )
),

complete as (
    select * from answer

    union all

    select
        payment_id,
        'BATCH_LIMIT' as control_code,
        coalesce(total <= batch_limit, true) as passed,
        'limit ' || {{ plain('batch_limit') }} || ', total with it ' || {{ money('total') }} as detail
    from filled
)

select
    complete.payment_id,
    complete.control_code,
    payment.stage,
    payment.entity_id,
    payment.vendor_key,
    complete.passed,
    complete.detail,
    payment.amount,
    payment.currency,
    {{ as_of() }} as known_at
from complete
inner join payment on complete.payment_id = payment.payment_id
