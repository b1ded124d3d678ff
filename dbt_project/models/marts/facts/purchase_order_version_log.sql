{#
    Append-only: the first time that a version of an order (the content of its lines) was seen as due at a target, and
    the first time that the target's copy was seen equal to it. Times are the sources' own: knowledge of a history
    that is loaded at once would make every copy late.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=(var('schema_prefix', '') != ''),
        on_schema_change='fail',
        indexes=[{'columns': ['purchase_order_id', 'target', 'version_md5', 'event'], 'unique': true}],
    )
}}

{% set log = kept_log() -%}

with copy as (
    select
        *,
        coalesce(record_md5, '') as version_md5,
        greatest(issued_at, changed_at) as settled_at
    from {{ ref('int_copies') }}
    where
        {{ 'false' if log and only_touched() else 'true' }}
        or purchase_order_id in (
            select touched.subject_id
            from {{ ref('int_touched') }} as touched
            where touched.kind = 'purchase_order'
        )
),

version as (
    select
        _source_system,
        po_number,
        _source_updated_at
    from {{ ref('stg_purchase_orders') }}

    union all

    select
        _source_system,
        po_number,
        _source_updated_at
    from {{ ref('stg_purchase_order_lines') }}
),

copy_change as (
    select
        _source_system as target,
        po_number,
        max(_source_updated_at) as changed_at
    from version
    where po_number in (select copy_number from copy)
    group by _source_system, po_number
),

event as (
    select
        copy.purchase_order_id,
        copy.target,
        copy.version_md5,
        'issued' as event,
        copy.entity_id,
        {% if log -%}
        case
            when
                exists (
                    select 1
                    from {{ rows_kept(log, 'known_at') }} as kept
                    where kept.purchase_order_id = copy.purchase_order_id
                )
                then copy.settled_at
            else copy.issued_at
        end
        {%- else -%}
        copy.issued_at
        {%- endif %} as at,
        copy.due_at
    from copy

    union all

    select
        copy.purchase_order_id,
        copy.target,
        copy.version_md5,
        'equal' as event,
        copy.entity_id,
        copy_change.changed_at as at,
        null::timestamptz as due_at
    from copy
    inner join copy_change on copy.target = copy_change.target and copy.copy_number = copy_change.po_number
    where copy.is_equal
)

select
    event.purchase_order_id::text as purchase_order_id,
    event.target::text as target,
    event.version_md5::text as version_md5,
    event.event::text as event,
    event.entity_id::text as entity_id,
    event.at,
    event.due_at,
    {{ as_of() }} as known_at
from event
{% if log -%}
left join {{ rows_kept(log, 'known_at') }} as kept
    on
        event.purchase_order_id = kept.purchase_order_id
        and event.target = kept.target
        and event.version_md5 = kept.version_md5
        and event.event = kept.event
where kept.purchase_order_id is null
{%- endif %}
{{- and_rows_kept(log, 'known_at') }}
