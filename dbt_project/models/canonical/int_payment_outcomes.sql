{#
    What banks say became of each payment, by its end-to-end id: a debit settles it, a credit or reversal returns it
    (camt.053, BAI2; camt.054 says it earlier, once it is booked), status RJCT rejects it (pain.002, NACHA return). What
    sends the money back outranks what sent it out.
#}
{{ config(materialized='stable_view') }}

with booked as (
    {% for model in ['stg_bank_entries', 'stg_bank_notifications'] -%}
    select
        end_to_end_id,
        amount,
        coalesce(reversal, false) as reversal,
        coalesce(value_date, booking_date) as outcome_date,
        bank_ref,
        return_reason,
        _known_at as known_at
    from {{ ref(model) }}
    where end_to_end_id is not null and booking_date is not null
    {%- if not loop.last %}

    union all

    {% endif %}
    {%- endfor %}
),

entry as (
    select
        end_to_end_id,
        case when amount < 0 and not reversal then 'settled' else 'returned' end as outcome,
        outcome_date,
        bank_ref,
        return_reason as reason_code,
        known_at
    from booked
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
