{# What is controlled: proposals of ours, and payments of any system that are on their way. #}
{{ config(materialized='ephemeral') }}

with draft as (
    select * from {{ ref('payment_draft') }}
),

landed as (
    select * from {{ ref('int_payments') }}
    where is_live
),

vendor as (
    select * from {{ ref('int_vendors') }}
),

paid_number as (
    select * from {{ ref('int_vendor_crosswalk') }}
)

select
    payment_id,
    'proposal' as stage,
    entity_id,
    vendor_key,
    vendor_id,
    vendor_account_id,
    account_token,
    vendor_inactive_since,
    paying_account,
    payment_profile,
    method,
    amount,
    currency,
    requested_date
from draft

union all

select
    landed.payment_id,
    'live' as stage,
    landed.entity_id,
    landed.vendor_key,
    landed.vendor_id,
    null as vendor_account_id,
    landed.account_token,
    least(vendor.inactive_since, paid_number.inactive_since) as vendor_inactive_since,
    null as paying_account,
    null as payment_profile,
    landed.method,
    landed.amount,
    landed.currency,
    landed.requested_date
from landed
left join vendor on landed.vendor_key = vendor.vendor_key
left join paid_number on landed.vendor_id = paid_number.vendor_id
