{# Invoice clearances for ERPs that speak the words of Oracle's business suite. #}
{{ config(materialized='stable_view') }}

with stated as (
    select
        *,
        jsonb_build_object(
            'apInvoiceId', invoice_ref,
            'company', company,
            'status', clearance,
            'holds', oracle_names,
            'lines', oracle_lines,
            'correlationId', correlation_id
        ) as body
    from {{ ref('fb_clearance') }}
    where vocabulary = 'oracle'
)

select
    target,
    operation,
    entity_id,
    'invoice' as subject_type,
    invoice_id as subject_id,
    invoice_ref as target_key,
    body,
    body::text as facts,
    clearance as readback,
    correlation_id
from stated
