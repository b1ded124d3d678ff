{#
    An invoice's state in each of the four systems side by side, with what we conclude, who disagrees, and what is
    under way. Each system's columns are as of its own knowledge, whose age stands beside them.
#}
{{ config(materialized='stable_view') }}

with moment as (
    select {{ as_of() }} as as_of
),

known as (
    select
        source_system,
        max(known_at) as known_to
    from {{ ref('stg_ops_batches') }}
    where known_at is not null
    group by source_system
),

home as (
    select
        entity_id,
        max(source_system) filter (where object = 'purchase_order') as erp_system,
        max(source_system) filter (where object = 'receipt_line') as supply_system,
        max(source_system) filter (where object = 'bank_entry') as bank_system
    from {{ ref('int_systems_of_record') }}
    where role = 'record' and recency = 1
    group by entity_id
),

hold as (
    select
        invoice_id,
        string_agg(distinct code collate "C", ',' order by code collate "C") as hold_codes
    from {{ ref('exc_hold') }}
    where is_open and invoice_id is not null
    group by invoice_id
),

disagreement as (
    select
        found.invoice_id,
        array_agg(distinct found.system order by found.system) as systems,
        min(coalesce(found.since, moment.as_of)) as since
    from {{ ref('transaction_disagreement') }} as found
    cross join moment
    group by found.invoice_id
),

message as (
    select
        said.invoice_id,
        max(said.said) filter (where said.target = home.erp_system) as erp_message,
        max(said.said) filter (where said.target = home.supply_system) as supply_message,
        max(said.said) filter (where said.target = invoice.source_system) as ap_message
    from {{ ref('transaction_message') }} as said
    inner join {{ ref('int_invoices') }} as invoice on said.invoice_id = invoice.invoice_id
    left join home on invoice.entity_id = home.entity_id
    group by said.invoice_id
)

select
    invoice.invoice_id,
    invoice.entity_id,
    invoice.vendor_key,
    invoice.purchase_order_id,
    invoice.correlation_id,
    invoice.invoice_number,
    invoice.gross_amount::numeric(20, 4) as gross_amount,
    invoice.currency,

    matched.verdict,
    hold.hold_codes,

    invoice.source_system as ap_system,
    invoice.source_status as ap_status,
    invoice.match_status as ap_match_status,
    invoice.hold_codes as ap_hold_codes,
    invoice.source_payment_status as ap_payment_status,
    message.ap_message,
    invoice.match_status_known_at as ap_known_at,
    {{ hours_between('ap_known.known_to', 'moment.as_of') }}::numeric(24, 4) as ap_age_hours,

    coalesce({{ system_of('invoice.erp_invoice_id') }}, home.erp_system) as erp_system,
    invoice.erp_status,
    invoice.erp_match_status as erp_clearance,
    case when invoice.erp_posted_at is not null then invoice.erp_document_number end as erp_document_number,
    invoice.erp_posted_at,
    case payment.source_system when 'tieout' then invoice.erp_payment_ref else payment.payment_ref end
        as erp_payment_ref,
    case payment.source_system when 'tieout' then invoice.erp_payment_status else payment.payment_status end
        as erp_payment_status,
    message.erp_message,
    invoice.erp_copy_known_at as erp_known_at,
    {{ hours_between('erp_known.known_to', 'moment.as_of') }}::numeric(24, 4) as erp_age_hours,

    home.supply_system,
    coalesce(received.receipt_state, 'no order') as supply_receipt_state,
    message.supply_message,
    received.known_at as supply_known_at,
    {{ hours_between('supply_known.known_to', 'moment.as_of') }}::numeric(24, 4) as supply_age_hours,

    home.bank_system,
    payment.bank_status as bank_payment_state,
    payment.bank_known_at,
    {{ hours_between('bank_known.known_to', 'moment.as_of') }}::numeric(24, 4) as bank_age_hours,

    coalesce(disagreement.systems, '{}')::text[] as disagreeing_systems,
    disagreement.invoice_id is null as is_in_agreement,
    disagreement.since as disagrees_since
from {{ ref('int_invoices') }} as invoice
cross join moment
left join {{ ref('match_invoice') }} as matched on invoice.invoice_id = matched.invoice_id
left join home on invoice.entity_id = home.entity_id
left join hold on invoice.invoice_id = hold.invoice_id
left join {{ ref('transaction_supply') }} as received on invoice.invoice_id = received.invoice_id
left join {{ ref('transaction_payment') }} as payment on invoice.invoice_id = payment.invoice_id
left join message on invoice.invoice_id = message.invoice_id
left join disagreement on invoice.invoice_id = disagreement.invoice_id
left join known as ap_known on invoice.source_system = ap_known.source_system
left join known as erp_known
    on coalesce({{ system_of('invoice.erp_invoice_id') }}, home.erp_system) = erp_known.source_system
left join known as supply_known on home.supply_system = supply_known.source_system
left join known as bank_known on home.bank_system = bank_known.source_system
