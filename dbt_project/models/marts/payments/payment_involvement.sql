{#
    Who had a hand in an invoice or a vendor, and so approves no batch that pays it (payments, section 3). A view: asked for
    the few of a batch.
#}
{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('int_invoices') }}
),

vendor as (
    select * from {{ ref('int_vendor_crosswalk') }}
),

entered as (
    select
        'invoice' as subject_type,
        invoice_id as subject_id,
        entered_by as person,
        'entered_invoice' as act,
        entered_at as at
    from invoice
),

approved as (
    select
        'invoice' as subject_type,
        invoice_id as subject_id,
        approved_by as person,
        'approved_invoice' as act,
        approved_at as at
    from invoice

    union all

    select
        'invoice' as subject_type,
        _source_system || ':' || invoice_ref as subject_id,
        approver as person,
        'approved_invoice' as act,
        decided_at as at
    from {{ ref('stg_approvals') }}
    where decision = 'approved'
),

released as (
    select
        'invoice' as subject_type,
        invoice_id as subject_id,
        released_by as person,
        'released_hold' as act,
        released_at as at
    from {{ ref('int_holds_released') }}
),

-- Whoever ever changed an account, though others touched it since.
changed as (
    select
        'vendor' as subject_type,
        vendor.vendor_key as subject_id,
        account.changed_by as person,
        'changed_vendor' as act,
        coalesce(account._source_updated_at, account._known_at) as at
    from {{ ref('stg_vendor_bank_account_versions') }} as account
    inner join vendor
        on account._source_system = vendor.source_system and account.vendor_number = vendor.vendor_number

    union all

    select
        'vendor' as subject_type,
        vendor.vendor_key as subject_id,
        decision.decided_by as person,
        'changed_vendor' as act,
        decision.decided_at as at
    from {{ ref('stg_decisions') }} as decision
    inner join vendor on decision.subject_id = vendor.vendor_id
    where
        decision.subject_type = 'vendor'
        and decision.decision_type in ('vendor_merge', 'vendor_apart', 'vendor_undo')
),

final as (
    select * from entered
    union all
    select * from approved
    union all
    select * from released
    union all
    select * from changed
)

select
    subject_type::text as subject_type,
    subject_id,
    person,
    act::text as act,
    at
from final
where person is not null
