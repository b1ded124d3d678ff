{# Proposed payments before they are controlled: what their invoices sum to, and how they are paid. #}
{{ config(materialized='ephemeral') }}

with paid as (
    select * from {{ ref('payment_proposal_invoice') }}
),

entity as (
    select * from {{ ref('int_entities') }}
),

vendor as (
    select * from {{ ref('int_vendors') }}
),

paid_number as (
    select * from {{ ref('int_vendor_crosswalk') }}
),

payment as (
    select
        payment_id,
        entity_id,
        vendor_key,
        vendor_id,
        vendor_account_id,
        account_token,
        account_last4,
        routing_number,
        currency,
        requested_date,
        sum(amount)::numeric(20, 4) as amount,
        sum(discount_amount)::numeric(20, 4) as discount_amount,
        {{ joined('coalesce(invoice_number, invoice_id)') }} as remittance,
        count(*)::integer as invoice_count
    from paid
    group by
        payment_id, entity_id, vendor_key, vendor_id, vendor_account_id, account_token, account_last4, routing_number,
        currency, requested_date
)

-- An American bank pays a vendor without an account by cheque.
select
    payment.*,
    entity.paying_account,
    entity.payment_profile,
    case
        when payment.vendor_account_id is null and entity.payment_profile = 'us' then 'cheque'
        when entity.payment_method is not null then entity.payment_method
        when entity.payment_profile = 'us' then 'ach'
        else 'credit_transfer'
    end as method,
    vendor.name as vendor_name,
    least(vendor.inactive_since, paid_number.inactive_since) as vendor_inactive_since
from payment
inner join entity on payment.entity_id = entity.entity_id
left join vendor on payment.vendor_key = vendor.vendor_key
left join paid_number on payment.vendor_id = paid_number.vendor_id
