{#
    Service desk: rows that a steward returned to their owner, until the corrected record was let through. Keys and rules
    only: what the row says may be nobody's business there.
#}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'correction_request'
),

request as (
    select
        quarantine_id::text as quarantine_id,
        coalesce(entity_id, 'ALL') as entity_id,
        case state when 'returned' then 'awaiting' else 'corrected' end as status,
        object,
        source_system,
        record_key,
        owner,
        reason,
        decided_by,
        decision_reason
    from {{ ref('stg_ops_quarantined_rows') }}
    where state in ('returned', 'corrected')
),

stated as (
    select
        operation.target,
        operation.operation,
        request.entity_id,
        request.quarantine_id,
        request.status,
        jsonb_build_object(
            'requestId', request.quarantine_id,
            'status', request.status,
            'system', request.source_system,
            'object', request.object,
            'recordKey', request.record_key,
            'owner', request.owner,
            'finding', request.reason,
            'requestedBy', request.decided_by,
            'comment', request.decision_reason
        ) as body
    from request
    cross join operation
)

select
    target,
    operation,
    entity_id,
    'quarantined_row' as subject_type,
    quarantine_id as subject_id,
    quarantine_id as target_key,
    body,
    body::text as facts,
    status as readback,
    null::text as correlation_id
from stated
