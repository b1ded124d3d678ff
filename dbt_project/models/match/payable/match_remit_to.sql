{#
    Open invoices that print an account which no vendor master has of their vendor, and of which nobody but who entered
    them said by a call-back that it is known (payments, section 10). A vendor whose number in the entity's own master has
    no account has nothing to differ from.
#}
{{ config(materialized='stable_view') }}

with invoice as (
    select i.*
    from {{ ref('int_invoices') }} as i
    where not i.is_cancelled and not i.is_paid and coalesce(i.remit_to_account_token, '') <> ''
),

vendor_home as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'vendor' and role = 'record' and recency = 1
),

-- One vendor may have numbers in several masters: an account of any of them is the vendor's.
account as (
    select
        a.source_system,
        a.vendor_key,
        a.account_token,
        {{ first_text('a.vendor_id', over='partition by a.source_system, a.vendor_key') }} as first_vendor_id
    from {{ ref('int_vendor_bank_accounts') }} as a
    where a.is_valid
),

master as (
    select distinct
        source_system,
        vendor_key,
        first_vendor_id
    from account
),

confirmed as (
    select
        subject_id as invoice_id,
        decided_by,
        {{ json_text('detail', 'account_token') }} as account_token
    from {{ ref('stg_decisions') }}
    where decision_type = 'bank_detail_confirmed' and subject_type = 'invoice'
)

select
    i.invoice_id,
    i.invoice_number,
    i.entity_id,
    i.vendor_key,
    coalesce(own.record_vendor_id, master.first_vendor_id) as vendor_id,
    i.remit_to_account_token,
    i.remit_to_account_last4,
    i.gross_amount,
    i.currency
from invoice as i
inner join vendor_home as h on i.entity_id = h.entity_id
inner join master on i.vendor_key = master.vendor_key and h.source_system = master.source_system
left join {{ ref('int_vendor_crosswalk') }} as own
    on i.vendor_id = own.vendor_id and {{ system_of('own.record_vendor_id') }} = h.source_system
where
    not exists (
        select 1
        from account
        where account.vendor_key = i.vendor_key and account.account_token = i.remit_to_account_token
    )
    and not exists (
        select 1
        from confirmed
        where
            confirmed.invoice_id = i.invoice_id
            and confirmed.account_token = i.remit_to_account_token
            and {{ login_of('confirmed.decided_by') }} <> {{ login_of("coalesce(i.entered_by, '')") }}
    )
