{# Invoice clearances for ERPs that speak SAP's words. #}
{{ config(materialized='stable_view') }}

with stated as (
    select
        *,
        jsonb_build_object(
            'companyCode', company,
            'releaseStatus', clearance,
            'blockingReasons', sap_reasons,
            'items', sap_items,
            'correlationId', correlation_id
        ) as body
    from {{ ref('fb_clearance') }}
    where vocabulary = 'sap'
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
