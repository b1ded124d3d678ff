{{
    config(
        meta={'touched_kind': 'bank_notification'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('bank_notification') }}
)

select
    {{ lineage() }},

    notification_ref,
    account_ref,
    account_token,
    account_last4,
    entity_id,
    currency,
    end_to_end_id,
    bank_ref,
    bank_code,
    counterparty,
    remittance,
    instruction_id,
    payment_group_ref,
    cheque_number,
    structured_ref,
    return_reason,
    original_currency,

    {{ to_integer('entry_number') }} as entry_number,
    {{ to_integer('detail_number') }} as detail_number,
    {{ to_money('amount') }} as amount,
    {{ to_integer('batch_count') }} as batch_count,
    {{ to_money('charges_amount') }} as charges_amount,
    {{ to_money('original_amount') }} as original_amount,
    {{ to_number('exchange_rate') }} as exchange_rate,

    {{ to_boolean('reversal') }} as reversal,

    {{ to_date('booking_date') }} as booking_date,
    {{ to_date('value_date') }} as value_date
from newest
