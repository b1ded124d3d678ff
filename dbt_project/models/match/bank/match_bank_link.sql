{{ config(materialized='stable_view') }}

with entry as {{ not_kept() }} (
    select
        e.*,
        {{ way_of('e.amount') }} as way
    from {{ ref('match_bank_state') }} as e
),

link as (
    select
        bank_entry_id,
        plain_payment_id as payment_id,
        rung,
        way,
        'taken' as outcome,
        taken_amount as amount
    from entry
    where plain_payment_id is not null

    union all

    select
        bank_entry_id,
        listed_value as payment_id,
        rung,
        way,
        'taken' as outcome,
        listed_number as amount
    from entry
    cross join {{ each_text_and_number('payment_ids', 'taken_amounts') }}
    where plain_payment_id is null

    union all

    select
        bank_entry_id,
        listed_value as payment_id,
        rung,
        way,
        case when is_asked then 'asked' else 'exhausted' end as outcome,
        0 as amount
    from entry
    cross join {{ each_text('candidate_ids') }}
    where plain_payment_id is null
)

select
    bank_entry_id,
    payment_id,
    rung,
    way,
    outcome,
    amount::numeric(20, 4) as amount
from link
