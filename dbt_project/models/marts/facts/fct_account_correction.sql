{# What receivers' banks say is wrong with accounts that we paid to. The vendor master changes nothing by itself. #}
{{ config(materialized='stable_view') }}

with correction as (
    select * from {{ ref('stg_account_corrections') }}
),

payment as (
    select
        end_to_end_id,
        min(payment_id) as payment_id,
        min(vendor_key) as vendor_key
    from {{ ref('fct_payment') }}
    group by end_to_end_id
)

select
    (correction._source_system || ':' || correction.correction_ref)::text as account_correction_id,
    correction.entity_id,
    payment.payment_id,
    payment.vendor_key,
    correction.end_to_end_id,
    correction.instruction_id,
    correction.correction_code,
    correction.counterparty,
    correction.account_token,
    correction.account_last4,
    correction.routing_number,
    correction.corrected_account_token,
    correction.corrected_account_last4,
    correction.corrected_routing_number,
    correction.corrected_transaction_code,
    correction.corrected_name,
    correction.at,
    correction._known_at as known_at,
    correction._trace_id as trace_id
from correction
left join payment on correction.end_to_end_id = payment.end_to_end_id
