{{ config(indexes=[{'columns': ['invoice_id']}], meta={'analyze': true}) }}

-- What a run touches is found by what this held before it.
-- depends_on: {{ ref('int_touched') }}

select
    e._source_system || ':' || e.event_ref as hold_event_id,
    e._source_system || ':' || e.invoice_ref as invoice_id,
    e._source_system || ':' || e.invoice_ref || ':' || e.line_number as invoice_line_id,
    e.code,
    e.actual,
    e.by_user as released_by,
    e.reason as release_reason,
    e.at as released_at,
    e._known_at as known_at
from {{ ref('stg_hold_events') }} as e
where e.event = 'released' and coalesce(e.touch, 'human') = 'human'
