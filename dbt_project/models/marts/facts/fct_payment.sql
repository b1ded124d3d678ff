{{ config(materialized='stable_view') }}

with payment as (
    select * from {{ ref('stg_payments') }}
),

vendor as (
    select * from {{ ref('xref_vendor') }}
)

select
    (payment._source_system || ':' || payment.payment_ref)::text as payment_id,
    payment.entity_id,
    vendor.vendor_key,
    payment._source_system as source_system,
    payment.payment_ref,
    payment.batch_ref,
    payment.end_to_end_id,
    payment.instruction_id,
    payment.group_ref,
    payment.cheque_number,
    payment.method,
    payment.status,
    payment.reason_code,
    payment.amount::numeric(20, 4) as amount,
    payment.currency,
    payment.requested_date,
    payment.approved_at,
    payment.sent_at,
    payment.settled_at,
    payment.returned_at,
    payment._known_at as known_at,
    payment._trace_id as trace_id
from payment
left join vendor
    on {{ named_id('payment', 'vendor_number') }} = vendor.vendor_id
where {{ from_system_of_record('payment', 'payment') }}
