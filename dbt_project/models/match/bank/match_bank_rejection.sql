{{ config(materialized='ephemeral') }}

with answer as (
    select * from {{ ref('match_bank_answer') }}
),

accepted as (
    select distinct payment_id
    from answer
    where is_accepted
),

ranked as (
    select
        answer.*,
        row_number() over (
            partition by answer.payment_id
            order by answer.at desc, {{ by_code_point('answer.status_ref') }} desc
        ) as recency
    from answer
    left join accepted on answer.payment_id = accepted.payment_id
    -- what the bank took it does not reject as a whole
    where not answer.is_accepted and (answer.said_of = 'payment' or accepted.payment_id is null)
)

select
    payment_id,
    at as rejected_at,
    reason_code,
    status_ref,
    known_at
from ranked
where recency <= 1
