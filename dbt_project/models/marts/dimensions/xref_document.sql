{{ config(materialized='stable_view') }}

with document as (
    select * from {{ ref('int_documents') }}
),

reference as (
    select
        former_system,
        former_number,
        system,
        number,
        min(_known_at) as known_at
    from {{ ref('stg_document_references') }}
    where document_type = 'purchase_order'
    group by former_system, former_number, system, number
)

select
    (r.former_system || ':' || r.former_number || '>' || r.system || ':' || r.number)::text as document_reference_id,
    'purchase_order'::text as document_type,
    moved.purchase_order_id,
    (r.former_system || ':' || r.former_number)::text as former_id,
    (r.system || ':' || r.number)::text as document_id,
    r.former_system,
    r.former_number,
    r.system,
    r.number,
    moved.entity_id,
    case
        when moved.document_id is null then 'contradicted'
        when moved.is_held and former.is_held then 'moved'
        when moved.is_held then 'former_unknown'
        when former.is_held then 'awaited'
        else 'unknown'
    end::text as state,
    r.known_at
from reference as r
left join document as moved
    on
        r.system || ':' || r.number = moved.document_id
        and r.former_system || ':' || r.former_number = moved.former_id
left join document as former on moved.former_id = former.document_id
