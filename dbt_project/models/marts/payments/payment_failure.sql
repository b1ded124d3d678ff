{#
    Controls that payments fail (payments, section 2), but for the one that looks at the others. What is asked of an ERP's
    payment is what can be known of it.
#}
{{ config(materialized='ephemeral') }}

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
        a.vendor_id,
        a.vendor_account_id,
        a.account_last4,
        a.account_fault,
        a.changed_at,
        a.known_as,
        a.confirmed_at
    from payment
    inner join {{ ref('int_vendor_bank_accounts') }} as a
        on
            payment.vendor_id = a.vendor_id
            and a.is_valid
            and coalesce(payment.vendor_account_id, a.vendor_account_id) = a.vendor_account_id
            and (payment.account_token is null or payment.account_token = a.account_token)
),

{{ choose_payment_policy('payment') }},

bank_detail as (
    select
        account.payment_id,
        'account ending in ' || coalesce(account.account_last4, '?') || {{ changed_how('account') }} as said
    from account
    {{ join_payment_policy('payment', 'account') }}
    where
        account.changed_at is not null
        and account.confirmed_at is null
        and {{ is_cooling('account.changed_at', 'policy.cooling_days') }}

    union

    select
        part.payment_id,
        'invoice ' || coalesce(r.invoice_number, r.invoice_id) || ' prints an account ending in '
        || coalesce(r.remit_to_account_last4, '?') as said
    from part
    inner join {{ ref('match_remit_to') }} as r on part.invoice_id = r.invoice_id
),

-- Invoices that must not be paid: unknown, held, not posted, cancelled.
held as (
    select
        part.payment_id,
        part.invoice_ref || case
            when i.invoice_id is null then ' is not known'
            when i.is_cancelled then ' is cancelled'
            when not i.is_posted then ' is not posted'
            when i.erp_status = 'cancelled' then ' is cancelled in the ERP'
            else ' is held: ' || coalesce(m.verdict, 'no verdict')
        end as said
    from part
    left join {{ ref('int_invoices') }} as i on part.invoice_id = i.invoice_id
    left join {{ ref('match_invoice') }} as m on i.invoice_id = m.invoice_id
    where
        i.invoice_id is null
        or i.is_cancelled
        or not i.is_posted
        or i.erp_status = 'cancelled'
        or not {{ verdict_may_be_paid('m.verdict') }}
),

summed as (
    select
        payment_id,
        sum(amount) as amount
    from part
    group by payment_id
),

-- What a payment alone, its policy and its sum tell.
alone as (
    select
        payment.*,
        policy.policy_id,
        policy.payment_limit,
        summed.amount as parts_amount
    from payment
    {{ join_payment_policy('payment', 'payment') }}
    left join summed on payment.payment_id = summed.payment_id
),

failure as (
    select
        payment_id,
        'NO_POLICY' as control_code,
        'no payment policy holds for ' || entity_id || ' and ' || currency as said
    from alone
    where policy_id is null

    union all

    select
        payment_id,
        'NO_PAYING_ACCOUNT' as control_code,
        'the file of ' || entity_id || ' names no account or profile' as said
    from alone
    where stage = 'proposal' and (paying_account is null or payment_profile is null)

    union all

    select
        payment_id,
        'NO_PAYING_ACCOUNT' as control_code,
        'profile us pays dollars alone, not ' || currency as said
    from alone
    where stage = 'proposal' and payment_profile = 'us' and currency <> 'USD'

    union all

    select
        payment_id,
        'NO_BANK_ACCOUNT' as control_code,
        'no valid account of ' || vendor_id || ' in ' || currency as said
    from alone
    where stage = 'proposal' and vendor_account_id is null and method <> 'cheque'

    union all

    select
        payment_id,
        'ACCOUNT_INVALID' as control_code,
        'account ending in ' || coalesce(account_last4, '?') || ': ' || account_fault as said
    from account
    where account_fault is not null

    union all

    select
        payment_id,
        'BANK_DETAIL_CHANGED' as control_code,
        said
    from bank_detail

    union all

    select
        account.payment_id,
        'ACCOUNT_REFUSED' as control_code,
        refusal.said
    from account
    inner join {{ ref('match_bank_refusal') }} as refusal on account.vendor_account_id = refusal.vendor_account_id

    union all

    select
        payment.payment_id,
        'SCREENING_HIT' as control_code,
        f.explanation as said
    from payment
    inner join {{ ref('match_finding') }} as f on payment.vendor_key = f.vendor_key
    where f.code = 'SCREENING_HIT' and f.subject_type = 'vendor' and f.blocking and not f.is_released

    union all

    select
        payment.payment_id,
        'SCREENING_HIT' as control_code,
        'the vendor was not screened since it or a list changed' as said
    from payment
    inner join {{ ref('int_screening_gaps') }} as gap on payment.vendor_key = gap.vendor_key

    union all

    select
        payment_id,
        'VENDOR_INACTIVE' as control_code,
        'since ' || vendor_inactive_since as said
    from alone
    where vendor_inactive_since <= {{ utc_date(as_of()) }}

    union all

    select
        payment_id,
        'DUPLICATE_PAYMENT' as control_code,
        said
    from {{ ref('payment_repetition') }}

    union all

    select
        payment_id,
        'INVOICE_HELD' as control_code,
        said
    from held

    union all

    select
        payment_id,
        'AMOUNT_DIFFERS' as control_code,
        'its invoices come to ' || coalesce({{ money('parts_amount') }}, 'nothing') as said
    from alone
    where amount <> coalesce(parts_amount, 0)

    union all

    select
        payment_id,
        'AMOUNT_DIFFERS' as control_code,
        {{ plain('amount') }} || ' has parts of a cent' as said
    from alone
    where stage = 'proposal' and amount <> round(amount, 2)

    union all

    select
        payment_id,
        'PAYMENT_LIMIT' as control_code,
        {{ money('amount') }} || ' is over ' || {{ money('payment_limit') }} as said
    from alone
    where amount > payment_limit
)

select
    payment_id,
    control_code,
    {{ joined('said', "'; '") }} as detail
from failure
group by payment_id, control_code
