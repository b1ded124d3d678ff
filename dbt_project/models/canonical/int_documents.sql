{#
    Under which numbers a purchase order that moved from one system to another is known. Small: what did not move is
    not here. A document has one predecessor and one successor; of statements that say otherwise the first by code point
    counts, and a circle counts as nothing.
#}
{{
    config(
        indexes=[
            {'columns': ['document_id'], 'unique': true},
            {'columns': ['purchase_order_id']},
        ],
        meta={'analyze': true},
    )
}}

with recursive stated as (
    select
        system,
        number,
        former_system,
        former_number,
        system || ':' || number as document_id,
        former_system || ':' || former_number as former_id,
        max(former_line_number) is not null as lines_listed,
        min(_known_at) as known_at
    from {{ ref('stg_document_references') }}
    where document_type = 'purchase_order'
    group by system, number, former_system, former_number
),

ranked as (
    select
        stated.*,
        row_number() over (partition by document_id order by {{ by_code_point('former_id') }}) as among_former,
        row_number() over (partition by former_id order by {{ by_code_point('document_id') }}) as among_later
    from stated
),

link as (
    select * from ranked
    where among_former = 1 and among_later = 1
),

-- From the first system on. A line whose document lists none has the number that it had before.
walk as (
    select
        former_id as purchase_order_id,
        former_id as document_id,
        former_system as source_system,
        former_number as po_number,
        0 as step,
        former_id as line_prefix,
        null::text as former_id,
        false as lines_listed,
        known_at
    from link
    where former_id not in (select l.document_id from link as l)

    union all

    select
        walk.purchase_order_id,
        link.document_id,
        link.system as source_system,
        link.number as po_number,
        walk.step + 1 as step,
        case when link.lines_listed then link.document_id else walk.line_prefix end as line_prefix,
        link.former_id,
        link.lines_listed,
        link.known_at
    from walk
    inner join link on walk.document_id = link.former_id
),

-- A row speaks for the order once its system is, or was, of record for the entity.
held as (
    select
        walk.document_id,
        o.entity_id,
        s.recency
    from walk
    inner join {{ ref('stg_purchase_orders') }} as o
        on walk.source_system = o._source_system and walk.po_number = o._record_key
    inner join {{ ref('int_systems_of_record') }} as s
        on
            o.entity_id = s.entity_id
            and s.object = 'purchase_order'
            and s.role = 'record'
            and o._source_system = s.source_system
)

select
    walk.document_id,
    walk.purchase_order_id,
    walk.source_system,
    walk.po_number,
    walk.former_id,
    walk.step,
    walk.line_prefix,
    walk.lines_listed,
    first_value(held.entity_id) over latest as entity_id,
    held.document_id is not null as is_held,
    held.document_id is not null and row_number() over latest = 1 as is_current,
    walk.known_at
from walk
left join held on walk.document_id = held.document_id
window latest as (partition by walk.purchase_order_id order by held.document_id is null, walk.step desc)
