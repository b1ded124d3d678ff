{# How far the last message about an invoice, its order, receipts and payments got, by target. #}
{{ config(materialized='ephemeral') }}

select distinct on (subject.invoice_id, message.target)
    subject.invoice_id,
    message.target,
    message.operation || ' ' || message.state as said
from {{ ref('stg_ops_message_states') }} as message
inner join {{ ref('transaction_subject') }} as subject
    on message.subject_type = subject.subject_type and message.subject_id = subject.subject_id
where message.mode = 'live'
order by subject.invoice_id asc, message.target asc, message.created_at desc, message.message_id desc
