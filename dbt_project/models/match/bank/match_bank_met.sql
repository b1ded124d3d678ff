{{ config(materialized='ephemeral') }}

-- Fees are the bank's own, and what comes again was there before: neither names a payment.
with entry as (
    select
        e.*,
        case when e.kind <> 'fee' and not e.is_repeat then e.end_to_end_id end as named_id
    from {{ ref('match_bank_entry') }} as e
),

payment as (
    select * from {{ ref('match_bank_payment') }}
)

select
    entry.bank_entry_id,
    entry.bank_statement_id,
    entry.source_system,
    entry.entity_id,
    entry.is_repeat,
    entry.kind,
    entry.amount,
    entry.gross_amount,
    entry.charges_amount,
    entry.currency,
    entry.original_amount,
    entry.original_currency,
    entry.batch_count,
    entry.end_to_end_id,
    entry.instruction_id,
    entry.cheque_number,
    entry.bank_ref,
    entry.payment_group_ref,
    entry.structured_ref,
    entry.counterparty,
    entry.remittance,
    entry.return_reason,
    entry.booking_date,
    entry.value_date,
    entry.known_at,
    payment.payment_id,
    payment.payment_ref,
    payment.entity_id as payment_entity_id,
    payment.vendor_id,
    payment.amount as payment_amount,
    payment.currency as payment_currency,
    payment.method,
    payment.was_sent,
    payment.end_to_end_id as payment_end_to_end_id,
    payment.instruction_id as payment_instruction_id,
    payment.cheque_number as payment_cheque_number,
    payment.group_ref,
    payment.sent_on,
    coalesce(
        entry.kind = 'out' and entry.gross_amount = payment.amount and entry.currency = payment.currency, false
    ) as is_even
from entry
full join payment
    -- a hash join compares every row without a key with all of the other side: those of one side get one
    on coalesce(entry.named_id, entry.bank_entry_id) = payment.end_to_end_id and entry.named_id is not null
