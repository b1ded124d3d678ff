{# The last payment of each invoice, as the ledger and the bank say. #}
{{ config(materialized='ephemeral') }}

select distinct on (applied.invoice_id)
    applied.invoice_id,
    payment.source_system,
    payment.payment_ref,
    payment.status as payment_status,
    outcome.outcome as bank_status,
    outcome.known_at as bank_known_at
from {{ ref('fct_payment_invoice') }} as applied
inner join {{ ref('fct_payment') }} as payment on applied.payment_id = payment.payment_id
left join {{ ref('int_payment_outcomes') }} as outcome on payment.payment_id = outcome.payment_id
where applied.invoice_id is not null
order by
    applied.invoice_id asc,
    coalesce({{ utc_date('payment.sent_at') }}, payment.requested_date) desc nulls last,
    payment.payment_id collate "C" desc
