{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_hold_log', 'keys': ['hold_id'], 'since': 'known_at'}},
        indexes=[
            {'columns': ['hold_id', 'episode'], 'unique': true},
            {'columns': ['invoice_id']},
            {'columns': ['subject_id']},
        ],
    )
}}

with {% if continues() -%}
new as ( -- noqa: ST03
    select distinct l.hold_id
    from {{ of_new(ref('match_hold_log'), 'known_at') }} as l
),

{% endif -%}
event as (
    select
        l.*,
        sum(case when l.event = 'opened' then 1 else 0 end) over (
            partition by l.hold_id
            order by l.known_at, l.event_order
            rows between unbounded preceding and current row
        ) as episode
    {%- if continues() %}
    from {{ rows_of(ref('match_hold_log'), ['hold_id'], 'select hold_id from new') }} as l
    {%- else %}
    from {{ ref('match_hold_log') }} as l
    {%- endif %}
),

placed as (
    select
        event.*,
        min(known_at) over (partition by hold_id, episode) as opened_at,
        row_number() over (partition by hold_id, episode order by known_at desc, event_order desc) as place
    from event
)

select
    hold_id,
    episode,
    code,
    subject_type,
    subject_id,
    invoice_id,
    invoice_line_id,
    purchase_order_id,
    po_line_id,
    vendor_key,
    entity_id,
    severity,
    stage,
    blocking,
    expected,
    actual,
    limit_applied,
    policy_id,
    amount_at_risk,
    currency,
    owner_role,
    owner,
    opened_at,
    case when resolution is not null then known_at end as resolved_at,
    resolution,
    released_by,
    release_reason,
    root_cause,
    explanation,
    correlation_id,
    resolution is null as is_open
from placed
where place = 1
