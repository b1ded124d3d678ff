{{ config(indexes=[{'columns': ['match_unit_id']}]) }}

{#
    What stands against payments and bank entries (payments, sections 5 to 7). All of it, in every run: it is little, and
    match_touched takes from it which findings are looked at again.
#}
with settlement as (
    select * from {{ ref('match_bank_settlement') }}
),

-- Invoices of a payment that came back, and whether another payment has paid them since.
paid_again as (
    select
        applied.payment_id,
        bool_and(exists (
            select 1
            from {{ ref('int_payment_invoices') }} as other_applied
            inner join settlement as other on other_applied.payment_id = other.payment_id
            where
                other_applied.invoice_id = applied.invoice_id
                and other.payment_id <> applied.payment_id
                and other.state = 'settled'
        )) as is_paid_again
    from {{ ref('int_payment_invoices') }} as applied
    inner join settlement on applied.payment_id = settlement.payment_id
    where settlement.state in ('returned', 'partly_returned', 'rejected')
    group by applied.payment_id
),

returned as (
    select
        'PAYMENT_RETURNED' as code,
        s.payment_id as subject_id,
        s.vendor_key,
        s.entity_id,
        'settled' as expected,
        concat_ws(' ', replace(s.state, '_', ' '), s.reason_code) as actual,
        null as limit_applied,
        null as policy_id,
        case s.state when 'rejected' then s.amount else s.returned_amount end as amount_at_risk,
        s.currency,
        'Payment ' || s.payment_ref || ' of ' || {{ money('s.amount') }} || ' ' || s.currency
        || case s.state
            when 'rejected' then ' was rejected by the bank on '
            when 'returned' then ' came back on '
            else ' came back with ' || {{ money('s.returned_amount') }} || ' on '
        end || s.returned_date || coalesce(' (reason ' || s.reason_code || ')', '') || '.' as explanation
    from settlement as s
    left join paid_again on s.payment_id = paid_again.payment_id
    where s.state in ('returned', 'partly_returned', 'rejected') and not coalesce(paid_again.is_paid_again, false)
),

-- An entity's bank is known from its first statement to its last one.
reading as (
    select
        entity_id,
        min(coalesce(from_date, to_date)) as read_from,
        least({{ utc_midnight('max(to_date) + 1') }}, {{ as_of() }}) as read_to
    from {{ ref('stg_bank_statements') }}
    where entity_id is not null
    group by entity_id
),

payment as (
    select
        s.*,
        reading.read_to,
        greatest(
            s.sent_at,
            {{ utc_midnight('s.requested_date') }},
            s.acknowledged_at,
            {{ utc_midnight('s.settled_date') }}
        ) as waits_since
    from settlement as s
    inner join reading on s.entity_id = reading.entity_id and s.sent_on >= reading.read_from
    where s.state in ('open', 'partly_settled') and s.status in ('sent', 'acknowledged', 'settled')
),

{{ choose_payment_policy('payment') }},

waiting as (
    select
        p.*,
        policy.policy_id,
        -- a cheque is cashed when its payee likes; a bank need not pay it after six months
        case when p.method = 'cheque' then 24 * 180 else policy.unconfirmed_hours end as hours
    from payment as p
    {{ join_payment_policy('payment', 'p') }}
),

unconfirmed as (
    select
        'PAYMENT_UNCONFIRMED' as code,
        w.payment_id as subject_id,
        w.vendor_key,
        w.entity_id,
        'settled by ' || {{ minute_in_words(hours_after('w.waits_since', 'w.hours')) }} as expected,
        case
            when w.settled_amount > 0 then 'settled with ' || {{ money('w.settled_amount') }}
            when w.acknowledged_at is not null then 'acknowledged'
            else 'no answer'
        end as actual,
        w.hours || ' hours' as limit_applied,
        w.policy_id,
        w.amount - w.settled_amount as amount_at_risk,
        w.currency,
        'Payment ' || w.payment_ref || ' of ' || {{ money('w.amount') }} || ' ' || w.currency || ' was sent on '
        || w.sent_on || case
            when w.settled_amount > 0
                then '; only ' || {{ money('w.settled_amount') }} || ' was settled, on ' || w.settled_date
            when w.acknowledged_at is not null
                then ' and acknowledged on ' || {{ minute_in_words('w.acknowledged_at') }} || ', but not settled'
            else '; the bank neither acknowledged nor settled it'
        end || ' within ' || w.hours || ' hours.' as explanation
    from waiting as w
    where {{ hours_after('w.waits_since', 'w.hours') }} <= w.read_to
),

promise as (
    select * from {{ ref('int_entity_promises') }}
    where subject = 'bank_entry'
),

general as (
    select max(hours) as hours from promise
),

unmatched as (
    select
        'BANK_ENTRY_UNMATCHED' as code,
        e.bank_entry_id as subject_id,
        null as vendor_key,
        e.entity_id,
        'a payment' as expected,
        {{ plain('abs(e.difference_amount)') }} as actual,
        {{ plain('coalesce(promise.hours, general.hours)') }} || ' hours' as limit_applied,
        null as policy_id,
        abs(e.difference_amount) as amount_at_risk,
        e.currency,
        case when e.amount < 0 then 'Money out of ' else 'Money in of ' end || {{ money('abs(e.amount)') }} || ' '
        || e.currency || ', booked on ' || e.booking_date || coalesce(' with ' || e.counterparty, '')
        || coalesce(' (' || e.bank_ref || ')', '') || case
            when e.state = 'owned' then ': ' || e.reason || '.'
            else
                ' is by ' || {{ money('abs(e.difference_amount)') }} || case
                    when e.difference_amount > 0 then ' more' else ' less'
                end || ' than its payments and charges explain.'
        end as explanation
    from {{ ref('match_bank_state') }} as e
    left join promise on e.entity_id = promise.entity_id
    cross join general
    where
        e.needs_person
        and {{ hours_after(utc_midnight('e.booking_date'), 'coalesce(promise.hours, general.hours)') }} <= {{ as_of() }}
),

issue as (
    select * from returned
    union all
    select * from unconfirmed
    union all
    select * from unmatched
)

select
    code,
    subject_id,
    subject_id as match_unit_id,
    null::text as invoice_id,
    null::text as invoice_line_id,
    null::text as purchase_order_id,
    null::text as po_line_id,
    vendor_key,
    entity_id,
    null::text as item_category,
    false as is_posted,
    expected,
    actual,
    limit_applied,
    policy_id,
    amount_at_risk::numeric(20, 4) as amount_at_risk,
    currency,
    null::boolean as blocks,
    subject_id as correlation_id,
    explanation
from issue
