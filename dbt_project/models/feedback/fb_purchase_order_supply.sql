{# Supply: purchase orders that its copy lacks or holds differently after the SLA. #}
{{ config(materialized='stable_view') }}

with stated as (
    select
        *,
        jsonb_build_object(
            'poNo', po_number,
            'site', site,
            'vendorNo', vendor_number,
            'state', status_word,
            'currency', currency,
            'orderedAt', ordered_text,
            'lines', supply_lines
        ) as body
    from {{ ref('fb_order_copy') }}
    where vocabulary = 'supply'
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
