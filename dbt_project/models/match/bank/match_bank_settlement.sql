{{ config(meta={'directly': true, 'analyze': ['payment_id', 'end_to_end_id', 'state']}) }}

with entry as {{ not_kept() }} (
    select * from {{ ref('match_bank_state') }}
),

-- What a plain entry took was all of its payment: nothing else left of that.
plain as (
    select
        plain_payment_id as payment_id,
        taken_amount,
        rung,
        bank_ref,
        booking_date,
        value_date,
        known_at
    from entry
    where plain_payment_id is not null
),

weighed as (
    select
        listed_value as payment_id,
        listed_number as amount,
        {{ way_of('amount') }} as way,
        rung,
        bank_ref,
        return_reason,
        booking_date,
        value_date,
        known_at,
        row_number() over (
            partition by listed_value, amount < 0
            order by booking_date desc, {{ by_code_point('bank_entry_id') }} desc
        ) as recency
    from entry
    cross join {{ each_text_and_number('payment_ids', 'taken_amounts') }}
    where plain_payment_id is null
),

moved as (
    select
        payment_id,
        sum(case when way = 'out' then amount else 0 end)::numeric(20, 4) as settled_amount,
        sum(case when way = 'back' then amount else 0 end)::numeric(20, 4) as returned_amount,
        count(*)::integer as entry_count,
        min(rung) as rung,
        max(case when way = 'out' and recency <= 1 then value_date end) as settled_date,
        max(case when way = 'out' then booking_date end) as settled_booking_date,
        max(case when way = 'out' and recency <= 1 then bank_ref end) as settled_ref,
        max(case when way = 'back' and recency <= 1 then value_date end) as returned_date,
        max(case when way = 'back' and recency <= 1 then bank_ref end) as returned_ref,
        max(case when way = 'back' and recency <= 1 then return_reason end) as return_reason,
        max(known_at) as known_at
    from weighed
    group by payment_id
),

-- What left once more for a payment of which nothing was left: until that came back, so much more is out.
again as (
    select
        listed_value as payment_id,
        sum(case when entry.currency = p.currency then least(-entry.amount, p.amount) else p.amount end)
            as again_amount
    from entry
    cross join {{ each_text('candidate_ids') }}
    inner join {{ ref('stg_payments') }} as p on listed_value = p._source_system || ':' || p.payment_ref
    where entry.state = 'owned' and entry.amount < 0 and not entry.is_asked
    group by listed_value
),

accepted as (
    select
        payment_id,
        min(at) as acknowledged_at
    from {{ ref('match_bank_answer') }}
    where is_accepted
    group by payment_id
),

settled as (
    select
        p.*,
        coalesce(plain.taken_amount, moved.settled_amount, 0::numeric(20, 4)) as settled_amount,
        coalesce(moved.returned_amount, 0::numeric(20, 4)) as returned_amount,
        coalesce(again.again_amount, 0) as again_amount,
        coalesce(moved.entry_count, 0) + case when plain.payment_id is null then 0 else 1 end as entry_count,
        coalesce(plain.rung, moved.rung) as rung,
        coalesce(plain.value_date, moved.settled_date) as settled_date,
        coalesce(plain.booking_date, moved.settled_booking_date) as settled_booking_date,
        coalesce(plain.bank_ref, moved.settled_ref) as settled_ref,
        moved.returned_date,
        moved.returned_ref,
        moved.return_reason,
        greatest(plain.known_at, moved.known_at) as moved_known_at
    from {{ ref('match_bank_payment') }} as p
    left join plain on p.payment_id = plain.payment_id
    left join moved on p.payment_id = moved.payment_id
    left join again on p.payment_id = again.payment_id
    {{ computed_once() }}
),

stated as (
    select
        settled.*,
        accepted.acknowledged_at,
        rejected.rejected_at,
        rejected.reason_code as reject_reason,
        rejected.status_ref as reject_ref,
        rejected.known_at as reject_known_at,
        case
            when
                settled.returned_amount > 0
                and settled.returned_amount
                >= case when settled.settled_amount > 0 then settled.settled_amount else settled.amount end
                + settled.again_amount
                then 'returned'
            -- money that left after a rejection, or twice, has left
            when
                settled.again_amount = 0
                and {{ utc_date('rejected.rejected_at') }}
                >= coalesce(settled.settled_booking_date, {{ utc_date('rejected.rejected_at') }})
                then 'rejected'
            when settled.returned_amount > settled.again_amount then 'partly_returned'
            when settled.settled_amount >= settled.amount then 'settled'
            when settled.settled_amount > 0 then 'partly_settled'
            else 'open'
        end as state
    from settled
    left join accepted on settled.payment_id = accepted.payment_id
    left join {{ ref('match_bank_rejection') }} as rejected on settled.payment_id = rejected.payment_id
    {{ computed_once() }}
)

select
    payment_id,
    source_system,
    payment_ref,
    entity_id,
    vendor_key,
    end_to_end_id,
    method,
    status,
    was_sent,
    amount,
    currency,
    requested_date,
    sent_at,
    sent_on,
    state,
    rung,
    entry_count,
    settled_amount,
    returned_amount,
    acknowledged_at,
    settled_date,
    case state when 'rejected' then {{ utc_date('rejected_at') }} else returned_date end as returned_date,
    case
        when state = 'rejected' then reject_ref
        when state in ('returned', 'partly_returned') then returned_ref
        else settled_ref
    end as bank_ref,
    case
        when state = 'rejected' then reject_reason
        -- of an ACH entry the return file tells why, and the statement may not
        when state in ('returned', 'partly_returned') then coalesce(return_reason, reject_reason)
    end as reason_code,
    case state when 'rejected' then reject_known_at else moved_known_at end as known_at
from stated
