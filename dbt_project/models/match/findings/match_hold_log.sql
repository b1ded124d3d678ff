{{
    config(
        materialized='appended',
        full_refresh=(var('schema_prefix', '') != ''),
        indexes=[
            {'columns': ['hold_id', 'known_at']},
            {'columns': ['match_unit_id']},
            {'columns': ['known_at']},
        ],
    )
}}

-- depends_on: {{ ref('match_touched') }}

{% set history = log_history() -%}
{% set facts = [
    'hold_id', 'code', 'subject_type', 'subject_id', 'match_unit_id', 'invoice_id', 'invoice_line_id',
    'purchase_order_id', 'po_line_id', 'vendor_key', 'entity_id', 'severity', 'stage', 'blocking', 'expected',
    'actual', 'limit_applied', 'policy_id', 'amount_at_risk', 'currency', 'owner_role', 'owner', 'root_cause',
    'explanation', 'correlation_id',
] -%}

with finding as (
    select f.*
    from {{ of_units(ref('match_finding'), 'match_unit_id') }} as f
),

{% if history -%}
latest as (
    select
        h.*,
        row_number() over (partition by h.hold_id order by h.known_at desc, h.event_order desc) as preference
    from (
        select u.*
        from {{ of_units(history, 'match_unit_id') }} as u
        {%- if only_touched() %}
        union
        -- a hold may have stood on another unit
        select f.*
        from {{ rows_of(history, ['hold_id'], 'select hold_id from finding') }} as f
        {%- endif %}
    ) as h
    where h.known_at <= {{ as_of() }}
),

before as (
    select
        latest.*,
        latest.event in ('opened', 'changed') as is_open
    from latest
    where latest.preference <= 1
),
{%- else -%}
before as (
    select
        finding.*,
        null::text as event,
        false as is_open
    from finding
    where false
),
{%- endif %}

-- A hold that stands and did not; also one that was already released when we first learned of it.
opened as (
    select
        f.*,
        'opened' as event,
        1 as event_order,
        null::text as resolution
    from finding as f
    left join before on f.hold_id = before.hold_id
    where (not f.is_released and not coalesce(before.is_open, false)) or before.hold_id is null
),

changed as (
    select
        f.*,
        'changed' as event,
        1 as event_order,
        null::text as resolution
    from finding as f
    inner join before on f.hold_id = before.hold_id
    where
        not f.is_released
        and before.is_open
        and (
            f.actual is distinct from before.actual
            or f.expected is distinct from before.expected
            or f.limit_applied is distinct from before.limit_applied
            or f.amount_at_risk is distinct from before.amount_at_risk
            or f.blocking is distinct from before.blocking
            or f.stage is distinct from before.stage
            or f.owner_role is distinct from before.owner_role
            or f.owner is distinct from before.owner
            or f.root_cause is distinct from before.root_cause
            -- the same figures by another policy, or for another reason
            or f.policy_id is distinct from before.policy_id
            or f.explanation is distinct from before.explanation
        )
),

released as (
    select
        f.*,
        'released' as event,
        2 as event_order,
        'released' as resolution
    from finding as f
    left join before on f.hold_id = before.hold_id
    where f.is_released and coalesce(before.is_open, true)
),

stood as (
    select
        before.*,
        case
            when i.is_cancelled then 'rejected'
            when other.subject_id is not null then 'superseded'
            else 'cleared'
        end as closed_as
    from before
    left join finding as f on before.hold_id = f.hold_id
    left join {{ ref('int_invoices') }} as i on before.invoice_id = i.invoice_id
    left join (
        -- the other side of the same check stands now
        select
            subject_id,
            case code
                when 'PRICE_OVER' then 'PRICE_UNDER'
                when 'PRICE_UNDER' then 'PRICE_OVER'
                when 'QTY_RECEIVED' then 'QTY_ACCEPTED'
                when 'QTY_ACCEPTED' then 'QTY_RECEIVED'
                when 'AMOUNT_OVER' then 'AMOUNT_UNDER'
                when 'AMOUNT_UNDER' then 'AMOUNT_OVER'
                when 'SYNC_MISSING' then 'SYNC_DIFFERENT'
                when 'SYNC_DIFFERENT' then 'SYNC_MISSING'
            end as superseded_code
        from finding
    ) as other on before.subject_id = other.subject_id and before.code = other.superseded_code
    where f.hold_id is null and before.is_open
)

{% for event in ['opened', 'changed', 'released'] -%}
select
    {{ facts | join(',\n    ') }},
    event,
    event_order,
    resolution,
    {{ 'released_by' if event == 'released' else 'null::text as released_by' }},
    {{ 'release_reason' if event == 'released' else 'null::text as release_reason' }},
    {{ as_of() }} as known_at,
    {{ run_id() }}::text as run_id
from {{ event }}

union all

{% endfor -%}
select
    {{ facts | join(',\n    ') }},
    'closed' as event,
    1 as event_order,
    closed_as as resolution,
    null::text as released_by,
    null::text as release_reason,
    {{ as_of() }} as known_at,
    {{ run_id() }}::text as run_id
from stood
{%- if var('schema_prefix', '') and history %}

union all

select * from {{ history }}
where known_at <= {{ as_of() }}
{%- endif %}
