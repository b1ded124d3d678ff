{{ config(materialized='ephemeral') }}

-- Received, pending and partly accepted are no answers yet; that a file came twice says nothing of the first one.
with said as (
    select
        s.*,
        coalesce(s.level, 'payment') as said_of,
        s.status <> 'RJCT' as is_accepted
    from {{ ref('stg_payment_statuses') }} as s
    where
        s.status in ('ACTC', 'ACCP', 'ACSP', 'ACSC', 'ACWC')
        or (
            s.status = 'RJCT'
            and coalesce(s.reason_code, '') not in ('AM05', 'DUPL', 'DU01', 'DU02', 'DU03', 'DU04', 'DU05', 'R24')
        )
),

payment as {{ not_kept() }} (
    select
        _source_system || ':' || payment_ref as payment_id,
        _source_system as source_system,
        status <> 'proposed' and amount > 0 as is_of_bank,
        end_to_end_id,
        instruction_id,
        batch_ref,
        coalesce(group_ref, batch_ref) as group_ref
    from {{ ref('stg_payments') }}
),

-- A trace number that several payments had tells of none.
traced as (
    select
        instruction_id,
        {{ first_text('payment_id') }} as payment_id
    from payment
    where instruction_id is not null and is_of_bank
    group by instruction_id
    having count(*) = 1
),

-- Of a payment of ours an answer to another message says nothing.
named as (
    select
        payment.payment_id,
        said.*
    from said
    inner join payment on said.end_to_end_id = payment.end_to_end_id
    where
        said.said_of = 'payment'
        and not coalesce(payment.source_system = 'tieout' and said.message_ref <> payment.batch_ref, false)

    union all

    select
        payment.payment_id,
        said.*
    from said
    inner join traced as payment on said.instruction_id = payment.instruction_id
    where said.said_of = 'payment' and said.end_to_end_id is null

    union all

    select
        payment.payment_id,
        said.*
    from said
    inner join payment on said.group_ref = payment.group_ref
    where said.said_of = 'group'

    union all

    select
        payment.payment_id,
        said.*
    from said
    inner join payment on said.message_ref = payment.batch_ref
    where said.said_of = 'file'
),

-- An entry in a notification (camt.054) is as good as an answer; it settles nothing.
notified as (
    select
        payment.payment_id,
        {{ utc_midnight('n.booking_date') }} as at
    from {{ ref('stg_bank_notifications') }} as n
    inner join payment on n.end_to_end_id = payment.end_to_end_id
)

select
    payment_id,
    said_of,
    is_accepted,
    at,
    reason_code,
    status_ref,
    _known_at as known_at
from named

union all

select
    payment_id,
    'payment' as said_of,
    true as is_accepted,
    at,
    null as reason_code,
    null as status_ref,
    null as known_at
from notified
