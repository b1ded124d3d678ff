{#
    Where a system does not show what it should: the desired state differs from what its last extraction shows, it
    posted against our verdict, or it lacks what the ledger says of a payment. Since when: since it was told, or since
    it shows something else after it had taken our word over; what it was not told of yet, since this run.
#}
{{ config(materialized='ephemeral') }}

with message as (
    select distinct on (target, operation, subject_id) *
    from {{ ref('stg_ops_message_states') }}
    where mode = 'live'
    order by target asc, operation asc, subject_id asc, sequence desc
),

unlike as (
    select
        subject.invoice_id,
        desired.target as system,
        case
            when message.confirmed_at is not null then coalesce(observed.known_at, message.confirmed_at)
            when message.readback = desired.readback then message.created_at
        end as since
    from {{ ref('fb_desired_state') }} as desired
    inner join {{ ref('transaction_subject') }} as subject
        on desired.subject_type = subject.subject_type and desired.subject_id = subject.subject_id
    left join {{ ref('fb_observed_state') }} as observed
        on
            desired.target = observed.target
            and desired.operation = observed.operation
            and desired.subject_id = observed.subject_id
    left join message
        on
            desired.target = message.target
            and desired.operation = message.operation
            and desired.subject_id = message.subject_id
    where observed.readback is distinct from desired.readback
),

posted_all_the_same as (
    select
        invoice.invoice_id,
        {{ system_of('invoice.erp_invoice_id') }} as system,
        invoice.erp_copy_known_at as since
    from {{ ref('int_invoices') }} as invoice
    inner join {{ ref('match_invoice') }} as matched on invoice.invoice_id = matched.invoice_id
    where invoice.erp_posted_at is not null and not invoice.is_cancelled and matched.verdict = 'exception'
),

bank as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'bank_entry' and role = 'record' and recency = 1
),

not_at_the_bank as (
    select
        applied.invoice_id,
        bank.source_system as system,
        payment.known_at as since
    from {{ ref('fct_payment') }} as payment
    inner join {{ ref('fct_payment_invoice') }} as applied on payment.payment_id = applied.payment_id
    inner join bank on payment.entity_id = bank.entity_id
    left join {{ ref('int_payment_outcomes') }} as outcome on payment.payment_id = outcome.payment_id
    where payment.status in ('settled', 'returned') and outcome.payment_id is null and applied.invoice_id is not null
)

select
    invoice_id,
    system,
    since
from unlike
union all
select
    invoice_id,
    system,
    since
from posted_all_the_same
union all
select
    invoice_id,
    system,
    since
from not_at_the_bank
