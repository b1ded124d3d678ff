{{ config(materialized='ephemeral') }}

-- Where two payments have the id that an entry names, the entry is there twice.
with weighed as (
    select
        w.*,
        row_number() over (partition by w.bank_entry_id order by {{ by_code_point('w.payment_id') }}) as place
    from {{ ref('match_bank_weighed') }} as w
    where w.bank_entry_id is not null
)

select
    bank_entry_id,
    bank_statement_id,
    source_system,
    entity_id,
    is_repeat,
    kind,
    {{ way_of('amount') }} as way,
    amount,
    gross_amount,
    greatest(gross_amount - case when amount < 0 then charges_amount else -charges_amount end, 0) as net_amount,
    charges_amount,
    currency,
    original_amount,
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
    value_date,
    known_at
from weighed
where place <= 1
