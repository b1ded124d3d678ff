{#
    The ERP of each entity: whether an invoice may be posted, and its coding. Nothing after it was posted: a finding
    no longer stops it then. An invoice that waits is held without a hold, so that it is not posted by mistake.
#}
{{ config(materialized='stable_view') }}

with ledger as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'purchase_order' and role = 'record' and recency = 1
),

blocking as (
    select
        hold.invoice_id,
        jsonb_agg(distinct crosswalk.oracle_hold_name) as oracle_names,
        jsonb_agg(distinct crosswalk.sap_blocking_reason) as sap_reasons
    from {{ ref('exc_hold') }} as hold
    inner join {{ ref('hold_code_crosswalk') }} as crosswalk on hold.code = crosswalk.code
    where hold.is_open and hold.blocking and hold.invoice_id is not null
    group by hold.invoice_id
),

coding as (
    select
        invoice_id,
        jsonb_agg(
            jsonb_build_object('line', line_number, 'account', account_code, 'costCenter', cost_center_code)
            order by line_number
        ) as oracle_lines,
        jsonb_agg(
            jsonb_build_object('item', line_number, 'glAccount', account_code, 'costCenter', cost_center_code)
            order by line_number
        ) as sap_items
    from {{ ref('int_invoice_lines') }}
    group by invoice_id
)

select
    operation.target,
    operation.operation,
    operation.vocabulary,
    invoice.entity_id,
    invoice.invoice_id,
    invoice.invoice_ref,
    invoice.correlation_id,
    code.code as company,
    case
        when
            matched.verdict in {{ paying_verdicts() }}
            and blocking.invoice_id is null
            then 'cleared'
        else 'held'
    end as clearance,
    coalesce(blocking.oracle_names, '[]'::jsonb) as oracle_names,
    coalesce(blocking.sap_reasons, '[]'::jsonb) as sap_reasons,
    coalesce(coding.oracle_lines, '[]'::jsonb) as oracle_lines,
    coalesce(coding.sap_items, '[]'::jsonb) as sap_items
from {{ ref('int_invoices') }} as invoice
inner join ledger on invoice.entity_id = ledger.entity_id
inner join {{ ref('feedback_operations') }} as operation
    on ledger.source_system = operation.target and operation.operation = 'invoice_clearance'
inner join {{ ref('match_invoice') }} as matched on invoice.invoice_id = matched.invoice_id
inner join {{ ref('stg_ops_entity_codes') }} as code
    on invoice.entity_id = code.entity_id and operation.target = code.source_system
left join blocking on invoice.invoice_id = blocking.invoice_id
left join coding on invoice.invoice_id = coding.invoice_id
where not invoice.is_cancelled and not invoice.is_posted
