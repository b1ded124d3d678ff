{#
    What banks say became of each payment, as the ladder of settlement has it (payments, section 6): of what was settled or
    returned in part nothing is said yet. A notification says it earlier, once it is booked, of what no statement has yet.
#}
{{ config(materialized='stable_view') }}

with settlement as (
    select * from {{ ref('match_bank_settlement') }}
),

reconciled as (
    select
        payment_id,
        end_to_end_id,
        case state when 'partly_returned' then 'settled' else state end as outcome,
        case when state in ('returned', 'rejected') then returned_date else settled_date end as outcome_date,
        bank_ref,
        reason_code,
        known_at
    from settlement
    where state in ('settled', 'returned', 'rejected') or (state = 'partly_returned' and settled_amount >= amount)
),

-- A notification that came again under another id tells of the same booking.
notice as (
    select
        n.*,
        row_number() over (
            partition by n._source_system, n.end_to_end_id, n.bank_ref, n.booking_date, n.amount
            order by n._known_at, {{ by_code_point('n._record_key') }}
        ) as occurrence
    from {{ ref('stg_bank_notifications') }} as n
    where n.booking_date is not null and n.end_to_end_id is not null
),

booked as (
    select
        s.payment_id,
        s.end_to_end_id,
        s.state,
        s.amount,
        s.settled_amount,
        n.amount < 0 as is_out,
        case when n.currency = s.currency then abs(n.amount) else s.amount end as booked_amount,
        coalesce(n.value_date, n.booking_date) as outcome_date,
        n.bank_ref,
        n.return_reason,
        n._known_at as known_at,
        row_number() over (
            partition by s.payment_id
            order by n.booking_date desc, n.amount > 0 desc, n._record_key desc
        ) as recency
    from notice as n
    inner join settlement as s on n.end_to_end_id = s.end_to_end_id
    where (n.occurrence <= 1 or n.bank_ref is null) and s.state in ('open', 'partly_settled', 'settled')
),

notified as (
    select
        payment_id,
        end_to_end_id,
        state,
        amount,
        greatest(settled_amount, sum(case when is_out then booked_amount else 0 end)) as out_amount,
        sum(case when is_out then 0 else booked_amount end) as back_amount,
        max(case when recency <= 1 then outcome_date end) as outcome_date,
        max(case when recency <= 1 then bank_ref end) as bank_ref,
        max(return_reason) as return_reason,
        max(known_at) as known_at
    from booked
    group by payment_id, end_to_end_id, state, amount, settled_amount
),

early as (
    select
        notified.*,
        case
            when back_amount > 0 and back_amount >= case when out_amount > 0 then out_amount else amount end
                then 'returned'
            when out_amount - back_amount >= amount then 'settled'
        end as outcome
    from notified
)

select
    payment_id,
    end_to_end_id,
    outcome,
    outcome_date,
    bank_ref,
    case outcome when 'returned' then return_reason end as reason_code,
    known_at
from early
where outcome = 'returned' or (outcome = 'settled' and state <> 'settled')

union all

select
    reconciled.payment_id,
    reconciled.end_to_end_id,
    reconciled.outcome,
    reconciled.outcome_date,
    reconciled.bank_ref,
    reconciled.reason_code,
    reconciled.known_at
from reconciled
left join early on reconciled.payment_id = early.payment_id and early.outcome = 'returned'
where early.payment_id is null
