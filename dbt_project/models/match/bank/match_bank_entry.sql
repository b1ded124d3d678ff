{{ config(materialized='ephemeral') }}

-- A statement that came again under another id: same account, day and balances. Its entries are those of the first.
with statement as (
    select
        s.*,
        row_number() over (
            partition by
                s._source_system,
                coalesce(s.account_token, s.account_ref),
                s.currency,
                s.statement_number,
                s.from_date,
                s.to_date,
                s.opening_amount,
                s.closing_amount
            order by s._first_known_at, {{ by_code_point('s.statement_ref') }}
        ) > 1 as is_repeat
    from {{ ref('stg_bank_statements') }} as s
),

entry as (
    select
        e.*,
        coalesce(s.is_repeat, false) as is_repeat,
        s.entity_id,
        code.meaning
    from {{ ref('stg_bank_entries') }} as e
    left join statement as s on e._source_system = s._source_system and e.statement_ref = s.statement_ref
    left join {{ ref('bank_codes') }} as code
        on coalesce(nullif(split_part(e.bank_code, '/', 3), ''), e.bank_code) = code.code
)

select
    {{ bank_entry_id('entry') }} as bank_entry_id,
    _source_system || ':' || statement_ref as bank_statement_id,
    _source_system as source_system,
    entity_id,
    is_repeat,
    -- money in that is no return may be one all the same, where it names a payment
    case
        when meaning = 'fee' then 'fee'
        when amount < 0 then 'out'
        when return_reason is not null or reversal or meaning = 'return' then 'back'
        else 'in'
    end as kind,
    amount,
    abs(amount) as gross_amount,
    coalesce(charges_amount, 0) as charges_amount,
    currency,
    abs(original_amount) as original_amount,
    original_currency,
    batch_count,
    end_to_end_id,
    instruction_id,
    cheque_number,
    bank_ref,
    payment_group_ref,
    structured_ref,
    counterparty,
    remittance,
    return_reason,
    booking_date,
    coalesce(value_date, booking_date) as value_date,
    _known_at as known_at
from entry
