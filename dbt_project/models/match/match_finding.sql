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

with coded as (
    select
        md5(f.code || '|' || f.subject_id) as hold_id,
        f.*,
        -- where an invoice has no lines, it is itself what a code of lines is raised on
        case
            when code.subject_type = 'invoice_line' and f.invoice_line_id is null then 'invoice'
            else code.subject_type
        end as subject_type,
        code.severity,
        code.worse,
        code.owner_role as default_owner_role,
        code.root_cause as default_root_cause,
        coalesce(f.blocks, code.blocks) as blocking
    from {{ ref('match_raised_finding') }} as f
    inner join {{ ref('hold_codes') }} as code on f.code = code.code
),

-- Of the releases that cover what stands now, the first.
release as (
    select
        f.hold_id,
        r.released_by,
        r.release_reason,
        r.released_at,
        row_number() over (
            partition by f.hold_id order by r.released_at, {{ by_code_point('r.hold_event_id') }}
        ) as preference
    from coded as f
    inner join {{ ref('int_holds_released') }} as r
        on
            f.invoice_id = r.invoice_id
            and f.code = r.code
            and (r.invoice_line_id is null or f.invoice_line_id = r.invoice_line_id)
            and {{ release_covers('f.actual', 'r.actual', 'f.worse') }}
),

scope as (
    select distinct
        code,
        entity_id,
        coalesce(item_category, '') as item_category
    from coded
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
    release.hold_id is not null as is_released,
    release.released_by,
    release.release_reason,
    release.released_at,
    coalesce(f.root_cause, f.default_root_cause) as root_cause,
    f.explanation,
    f.correlation_id
from coded as f
left join release on f.hold_id = release.hold_id and release.preference = 1
left join route
    on
        f.code = route.code
        and f.entity_id = route.entity_id
        and coalesce(f.item_category, '') = route.item_category
        and route.preference = 1
