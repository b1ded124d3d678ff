{#
    Statements, and how each continues the one before it on its account. Numbers may begin again with 1 in a new year.
    A statement that came again is a copy: with its number, days and balances another became known before it. Copies
    continue nothing, and their entries do not count.
#}
{{ config(materialized='stable_view') }}

with statement as (
    select
        *,
        {{ to_number('statement_number') }} as number,
        coalesce(account_token, account_ref) as account,
        extract(year from to_date) as statement_year
    from {{ ref('stg_bank_statements') }}
),

counted as (
    select
        *,
        row_number() over (
            partition by _source_system, account, currency, statement_year, statement_number
            order by _known_at asc, statement_ref collate "C" asc
        ) as occurrence,
        row_number() over (
            partition by
                _source_system, account, currency, statement_number, from_date, to_date, opening_amount, closing_amount
            order by _known_at asc, statement_ref collate "C" asc
        ) as copy_number
    from statement
),

-- In the order of their days; a copy is beside its first, in a sequence of its own.
compared as (
    select
        *,
        lag(statement_ref) over in_sequence as previous_ref,
        lag(closing_amount) over in_sequence as previous_closing_amount,
        lag(number) over in_sequence as previous_number,
        lag(statement_year) over in_sequence as previous_year
    from counted
    window in_sequence as (
        partition by _source_system, account, currency, copy_number > 1
        order by to_date asc, number asc, statement_ref collate "C" asc
    )
),

judged as (
    select
        *,
        copy_number > 1 as is_copy,
        case when copy_number = 1 then previous_ref end as continues_ref,
        case
            when number > previous_number then number > previous_number + 1
            when statement_year > previous_year then number <> 1
        end as leaves_gap
    from compared
)

select
    (_source_system || ':' || statement_ref)::text as bank_statement_id,
    entity_id,
    statement_ref,
    statement_number,
    account_ref,
    account_token,
    (_source_system || ':' || continues_ref)::text as previous_statement_id,
    opening_amount::numeric(20, 4) as opening_amount,
    closing_amount::numeric(20, 4) as closing_amount,
    currency,
    case when continues_ref is not null then opening_amount = previous_closing_amount end as follows,
    coalesce(continues_ref is not null and leaves_gap, false) as is_gap,
    (statement_number is not null and occurrence > 1) as is_repeat,
    is_copy,
    from_date,
    to_date,
    _known_at as known_at,
    _trace_id as trace_id
from judged
