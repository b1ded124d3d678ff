{#
    What banks say became of each payment, by its end-to-end id: a debit settles it, a credit or reversal returns it
    (camt.053), status RJCT rejects it (pain.002). What sends the money back outranks what sent it out.
#}
{{ config(materialized='stable_view') }}

with entry as (
    select
        end_to_end_id,
        case when amount < 0 and not coalesce(reversal, false) then 'settled' else 'returned' end as outcome,
        coalesce(value_date, booking_date) as outcome_date,
        bank_ref,
        null::text as reason_code,
        _known_at as known_at
    from {{ ref('stg_bank_entries') }}
    where end_to_end_id is not null
),

rejection as (
    select
        end_to_end_id,
        'rejected' as outcome,
        {{ utc_date('at') }} as outcome_date,
        status_ref as bank_ref,
        reason_code,
        _known_at as known_at
    from {{ ref('stg_payment_statuses') }}
    where status = 'RJCT' and end_to_end_id is not null
),

said as (
    select * from entry
    union all
    select * from rejection
)

select distinct on (end_to_end_id)
    end_to_end_id,
    outcome,
    outcome_date,
    bank_ref,
    reason_code,
    known_at
from said
order by
    end_to_end_id asc,
    case outcome when 'settled' then 1 else 0 end asc,
    outcome_date desc,
    outcome asc,
    bank_ref collate "C" asc
