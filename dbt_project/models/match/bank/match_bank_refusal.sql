{#
    Vendors' accounts that a bank refused, or says are wrong, and that nobody confirmed since (payments, section 10). An
    account is its number with its routing number, under whatever key: one that was corrected is another.
#}
{{ config(materialized='stable_view') }}

with reason as (
    select code from {{ ref('bank_codes') }}
    where meaning = 'account'
),

-- Payments of which it is known where they went.
paid as (
    select
        p._source_system || ':' || p.payment_ref as payment_id,
        p.end_to_end_id,
        p.instruction_id,
        p.account_token,
        coalesce(p.routing_number, '') as routing_number
    from {{ ref('stg_payments') }} as p
    where p.account_token <> ''
),

rejection as (
    select s.*
    from {{ ref('stg_payment_statuses') }} as s
    inner join reason on s.reason_code = reason.code
    where s.status = 'RJCT' and coalesce(s.level, 'payment') = 'payment'
),

-- In a statement, in a notification, in an answer; an ACH return may name the trace number alone.
came_back as (
    select
        paid.payment_id,
        e.return_reason as reason_code,
        e.booking_date as said_on,
        e._first_known_at as known_at
    from {{ ref('match_bank_link') }} as link
    inner join {{ ref('stg_bank_entries') }} as e on link.bank_entry_id = {{ bank_entry_id('e') }}
    inner join reason on e.return_reason = reason.code
    inner join paid on link.payment_id = paid.payment_id
    where link.outcome = 'taken' and link.way = 'back'

    union all

    select
        paid.payment_id,
        n.return_reason as reason_code,
        n.booking_date as said_on,
        n._first_known_at as known_at
    from {{ ref('stg_bank_notifications') }} as n
    inner join reason on n.return_reason = reason.code
    inner join paid on n.end_to_end_id = paid.end_to_end_id

    union all

    select
        paid.payment_id,
        rejection.reason_code,
        {{ utc_date('rejection.at') }} as said_on,
        rejection._first_known_at as known_at
    from rejection
    inner join paid on rejection.end_to_end_id = paid.end_to_end_id

    union all

    select
        paid.payment_id,
        rejection.reason_code,
        {{ utc_date('rejection.at') }} as said_on,
        rejection._first_known_at as known_at
    from rejection
    inner join paid on rejection.instruction_id = paid.instruction_id
    where rejection.end_to_end_id is null
),

-- A payment's return is told more than once: it is known from the first time on.
told as (
    select
        payment_id,
        {{ first_text('reason_code') }} as reason_code,
        min(said_on) as said_on,
        min(known_at) as known_at
    from came_back
    group by payment_id
),

said as (
    select
        paid.account_token,
        paid.routing_number,
        told.reason_code,
        told.said_on,
        told.known_at
    from told
    inner join paid on told.payment_id = paid.payment_id

    union all

    select
        coalesce(paid.account_token, c.account_token) as account_token,
        coalesce(paid.routing_number, c.routing_number, '') as routing_number,
        c.correction_code as reason_code,
        {{ utc_date('c.at') }} as said_on,
        c._first_known_at as known_at
    from {{ ref('stg_account_corrections') }} as c
    inner join reason on c.correction_code = reason.code
    left join paid on c.end_to_end_id = paid.end_to_end_id
)

select
    a.vendor_account_id,
    a.vendor_id,
    a.account_token,
    a.account_last4,
    said.reason_code,
    said.said_on,
    said.known_at,
    'a bank said ' || said.reason_code || ' of the account ending in ' || coalesce(a.account_last4, '?') || ' on '
    || said.said_on as said
from said
inner join {{ ref('int_vendor_bank_accounts') }} as a
    on said.account_token = a.account_token and said.routing_number = coalesce(a.routing_number, '')
where
    not exists (
        select 1
        from {{ ref('int_vendor_bank_account_confirmations') }} as c
        where
            c.vendor_account_id = a.vendor_account_id
            and c.account_token = a.account_token
            and c.known_at > said.known_at
    )
