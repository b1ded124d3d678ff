{{ config(materialized='ephemeral') }}

-- Where two entries name a payment, the payment is there twice.
with weighed as (
    select
        w.*,
        row_number() over (partition by w.payment_id order by {{ by_code_point('w.bank_entry_id') }}) as place
    from {{ ref('match_bank_weighed') }} as w
    where w.payment_id is not null
)

select
    payment_id,
    payment_ref,
    payment_entity_id as entity_id,
    vendor_id,
    payment_amount as amount,
    payment_currency as currency,
    method,
    was_sent,
    payment_end_to_end_id as end_to_end_id,
    payment_instruction_id as instruction_id,
    payment_cheque_number as cheque_number,
    group_ref,
    sent_on
from weighed
where place <= 1
