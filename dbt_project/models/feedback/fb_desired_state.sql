{#
    The state that each subject should have at each target, in the target's words. Publishing sends what differs from
    the last message (docs/reference/feedback.md).
#}
{{ config(materialized='stable_table') }}

with desired as (
    {%- for operation in [
        'match_result', 'purchase_order', 'posting_status', 'payment_status', 'clearance_oracle', 'clearance_sap', 'receipt',
        'payment_outcome', 'vendor', 'receipt_discrepancy', 'correction_request', 'master_proposal',
    ] %}
    select
        target,
        operation,
        entity_id,
        subject_type,
        subject_id,
        target_key,
        body,
        facts,
        readback,
        correlation_id
    from {{ ref('fb_' ~ operation) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    target::text as target,
    operation::text as operation,
    entity_id::text as entity_id,
    subject_type::text as subject_type,
    subject_id::text as subject_id,
    target_key::text as target_key,
    body::jsonb as body,
    encode(sha256(convert_to(facts, 'UTF8')), 'hex') as facts_sha256,
    readback::text as readback,
    correlation_id::text as correlation_id
from desired
