{{ config(meta={'directly': true, 'analyze': ['payment_id', 'end_to_end_id', 'state']}) }}

with taken as (
    select
        link.payment_id,
        link.way,
        link.amount,
        link.rung,
        e.bank_ref,
        e.return_reason,
        e.booking_date,
        coalesce(e.value_date, e.booking_date) as value_date,
        e._known_at as known_at,
        row_number() over (
            partition by link.payment_id, link.way
            order by e.booking_date desc, link.bank_entry_id desc
        ) as recency
    from {{ ref('match_bank_link') }} as link
    inner join {{ ref('stg_bank_entries') }} as e on link.bank_entry_id = {{ bank_entry_id('e') }}
    where link.outcome = 'taken'
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
    from taken
    group by payment_id
),

accepted as (
    select
        payment_no,
        min(at) as acknowledged_at
    from {{ ref('match_bank_answer') }}
    where is_accepted
    group by payment_no
),

stated as (
    select
        p.*,
        moved.settled_date,
        moved.returned_date,
        moved.settled_ref,
        moved.returned_ref,
        moved.return_reason,
        moved.rung,
        accepted.acknowledged_at,
        rejected.rejected_at,
        rejected.reason_code as reject_reason,
        rejected.status_ref as reject_ref,
        rejected.known_at as reject_known_at,
        moved.known_at as moved_known_at,
        coalesce(moved.entry_count, 0) as entry_count,
        coalesce(moved.settled_amount, 0)::numeric(20, 4) as settled_amount,
        coalesce(moved.returned_amount, 0)::numeric(20, 4) as returned_amount,
        case
            when
                moved.returned_amount > 0
                and moved.returned_amount
                >= case when moved.settled_amount > 0 then moved.settled_amount else p.amount end
                then 'returned'
            -- money that left after a rejection has left
            when
                {{ utc_date('rejected.rejected_at') }}
                >= coalesce(moved.settled_booking_date, {{ utc_date('rejected.rejected_at') }})
                then 'rejected'
            when moved.returned_amount > 0 then 'partly_returned'
            when moved.settled_amount >= p.amount then 'settled'
            when moved.settled_amount > 0 then 'partly_settled'
            else 'open'
        end as state
    from {{ ref('match_bank_payment') }} as p
    left join moved on p.payment_id = moved.payment_id
    left join accepted on p.payment_no = accepted.payment_no
    left join {{ ref('match_bank_rejection') }} as rejected on p.payment_no = rejected.payment_no
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
