{# AP: purchase orders that its copy lacks or holds differently after the SLA. #}
{{ config(materialized='stable_view') }}

with stated as (
    select
        *,
        jsonb_build_object(
            'poNumber', po_number,
            'businessUnit', site,
            'supplierId', vendor_number,
            'currency', currency,
            'status', status,
            'orderedAt', ordered_text,
            'lines', ap_lines
        ) as body
    from {{ ref('fb_order_copy') }}
    where vocabulary = 'ap'
)

select
    target,
    operation,
    entity_id,
    'purchase_order' as subject_type,
    purchase_order_id as subject_id,
    po_number as target_key,
    body,
    body::text || '|' || episode as facts,
    'present' as readback,
    correlation_id
from stated
