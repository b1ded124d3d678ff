{{
    config(
        meta={'touched_kind': 'payment'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('payment') }}
)

select
    {{ lineage() }},

    payment_ref,
    entity_id,
    vendor_number,
    batch_ref,
    end_to_end_id,
    instruction_id,
    group_ref,
    cheque_number,
    account_token,
    account_last4,
    routing_number,
    currency,
    method,
    status,
    reason_code,

    {{ to_money('amount') }} as amount,

    {{ to_date('requested_date') }} as requested_date,

    {{ to_timestamp('approved_at') }} as approved_at,
    {{ to_timestamp('sent_at') }} as sent_at,
    {{ to_timestamp('settled_at') }} as settled_at,
    {{ to_timestamp('returned_at') }} as returned_at
from newest
