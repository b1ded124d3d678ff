{{ config(materialized='stable_view') }}

select
    payment_id,
    entity_id,
    vendor_key,
    source_system,
    payment_ref,
    end_to_end_id,
    method,
    status,
    amount::numeric(20, 4) as amount,
    currency,
    requested_date,
    sent_at,
    acknowledged_at,
    state,
    {{ rung_in_words('rung') }} as rung,
    entry_count,
    settled_amount,
    returned_amount,
    settled_date,
    returned_date,
    bank_ref,
    reason_code,
    known_at
from {{ ref('match_bank_settlement') }}
