{#
    A correlation id is born with the purchase order, or with the invoice where there is none. Receipts, invoices,
    payments, bank entries and messages are tied to it, many to many. When a chain becomes known later, links are
    added, never changed: append-only.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=(var('schema_prefix', '') != ''),
        on_schema_change='fail',
        indexes=[
            {'columns': ['correlation_id', 'subject_type', 'subject_id'], 'unique': true},
            {'columns': ['subject_type', 'subject_id']},
        ],
    )
}}

{% set log = kept_log() -%}

with order_born as (
    select
        correlation_id,
        'purchase_order' as subject_type,
        purchase_order_id as subject_id,
        'born' as via
    from {{ ref('int_purchase_orders') }}
),

-- A receipt or an invoice may name an order that is not known yet: the id is the order's all the same.
receipt_tied as (
    select
        purchase_order_id as correlation_id,
        'receipt_line' as subject_type,
        receipt_line_id as subject_id,
        'purchase_order' as via
    from {{ ref('int_receipt_lines') }}
    where purchase_order_id is not null
),

invoice_tied as (
    select
        correlation_id,
        'invoice' as subject_type,
        invoice_id as subject_id,
        case when correlation_id = invoice_id then 'born' else 'purchase_order' end as via
    from {{ ref('int_invoices') }}

    union

    select
        purchase_order_id as correlation_id,
        'invoice' as subject_type,
        invoice_id as subject_id,
        'purchase_order' as via
    from {{ ref('int_invoice_lines') }}
    where purchase_order_id is not null
),

payment_tied as (
    select distinct
        invoice_tied.correlation_id,
        'payment' as subject_type,
        applied.payment_id as subject_id,
        'invoice' as via
    from {{ ref('fct_payment_invoice') }} as applied
    inner join invoice_tied on applied.invoice_id = invoice_tied.subject_id
),

bank_entry_tied as (
    select distinct
        payment_tied.correlation_id,
        'bank_entry' as subject_type,
        link.bank_entry_id as subject_id,
        'settlement' as via
    from {{ ref('match_bank_link') }} as link
    inner join payment_tied on link.payment_id = payment_tied.subject_id
    where link.outcome = 'taken'
),

message_tied as (
    select distinct
        correlation_id,
        'message' as subject_type,
        message_id::text as subject_id,
        'feedback' as via
    from {{ ref('stg_ops_messages') }}
    where correlation_id is not null
),

known as (
    select * from order_born
    union all
    select * from receipt_tied
    union all
    select * from invoice_tied
    union all
    select * from payment_tied
    union all
    select * from bank_entry_tied
    union all
    select * from message_tied
)

select
    known.correlation_id::text as correlation_id,
    known.subject_type::text as subject_type,
    known.subject_id::text as subject_id,
    known.via::text as via,
    {{ as_of() }} as linked_at
from known
{% if log -%}
left join {{ rows_kept(log, 'linked_at') }} as kept
    on
        known.correlation_id = kept.correlation_id
        and known.subject_type = kept.subject_type
        and known.subject_id = kept.subject_id
where kept.correlation_id is null
{%- endif %}
{{- and_rows_kept(log, 'linked_at') }}
