{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': ['match_unit_id']}},
        indexes=[
            {'columns': ['hold_id'], 'unique': true},
            {'columns': ['match_unit_id']},
            {'columns': ['invoice_id']},
        ],
    )
}}

-- depends_on: {{ ref('match_touched') }}

with {{ judge_findings(ref('match_recovery_finding'), root_cause='f.root_cause') }},

finding as (
    select * from {{ ref('match_judged_finding') }}
    union all
    select * from judged
),

scope as (
    select distinct
        code,
        entity_id,
        coalesce(item_category, '') as item_category
    from finding
),

route as (
    select
        scope.*,
        r.owner_role,
        r.owner,
        row_number() over (
            partition by scope.code, scope.entity_id, scope.item_category
            order by r.specificity desc, {{ by_code_point('r.route_id') }}
        ) as preference
    from scope
    inner join {{ ref('int_routing') }} as r
        on
            r.code in ('', scope.code)
            and r.entity_id in ('', scope.entity_id)
            and r.item_category in ('', scope.item_category)
)

select
    f.hold_id,
    f.code,
    f.subject_type,
    f.subject_id,
    f.match_unit_id,
    f.invoice_id,
    f.invoice_line_id,
    f.purchase_order_id,
    f.po_line_id,
    f.vendor_key,
    f.entity_id,
    f.severity,
    case when f.is_posted then 'after_posting' else 'before_posting' end as stage,
    f.blocking,
    f.expected,
    f.actual,
    f.limit_applied,
    f.policy_id,
    f.amount_at_risk::numeric(20, 4) as amount_at_risk,
    f.currency,
    coalesce(route.owner_role, f.default_owner_role) as owner_role,
    coalesce(route.owner, f.default_owner_role) as owner,
    f.is_released,
    f.released_by,
    f.release_reason,
    f.released_at,
    coalesce(cause.root_cause, f.default_root_cause) as root_cause,
    f.explanation,
    f.correlation_id
from finding as f
left join {{ ref('match_root_cause') }} as cause on f.hold_id = cause.hold_id
left join route
    on
        f.code = route.code
        and f.entity_id = route.entity_id
        and coalesce(f.item_category, '') = route.item_category
        and route.preference <= 1
