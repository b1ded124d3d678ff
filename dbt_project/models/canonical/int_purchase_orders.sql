{{
    config(
        materialized='touched',
        meta={
            'touched': {'relation': 'int_touched', 'keys': {'purchase_order_id': 'subject_id'}},
            'touched_kind': 'purchase_order',
        },
        indexes=[
            {'columns': ['purchase_order_id'], 'unique': true},
            {'columns': ['vendor_id']},
        ],
    )
}}

with purchase_order as (
    select o.*
    from {{ of_touched(ref('stg_purchase_orders'), 'purchase_order', '_source_system', '_record_key') }} as o
),

line_change as (
    select
        l._source_system,
        l.po_number,
        max(l._source_updated_at) as changed_at
    from {{ of_touched(ref('stg_purchase_order_lines'), 'purchase_order', '_source_system', 'po_number') }} as l
    group by l._source_system, l.po_number
)

select
    coalesce(d.purchase_order_id, o._source_system || ':' || o.po_number) as purchase_order_id,
    o._source_system as source_system,
    o.po_number,
    o.entity_id,
    o._source_system || ':' || o.vendor_number as vendor_id,
    o.vendor_number,
    coalesce(v.vendor_key, o._source_system || ':' || o.vendor_number) as vendor_key,
    o.buyer,
    o.status,
    o.currency,
    o.freight_amount,
    o.other_amount,
    o.match_type as match_type_source,
    o.payment_term_code,
    o.requisition_number,
    o.contract_number,
    coalesce(d.purchase_order_id, o._source_system || ':' || o.po_number) as correlation_id,
    o.ordered_at,
    o.approved_at,
    o.approved_by,
    o.sent_at,
    case when o.status <> 'draft' then coalesce(least(o.approved_at, o.sent_at), o.ordered_at) end as issued_at,
    o.closed_at,
    greatest(o._source_updated_at, line_change.changed_at) as changed_at,
    o._known_at
from purchase_order as o
left join {{ ref('int_documents') }} as d on o._source_system = d.source_system and o.po_number = d.po_number
inner join {{ ref('int_systems_of_record') }} as s
    on
        o.entity_id = s.entity_id
        and s.object = 'purchase_order'
        and s.role = 'record'
        and o._source_system = s.source_system
        -- an order that moved is its last system's, whenever it was ordered
        and (d.is_current or (d.document_id is null and {{ order_date('o') }} between s.valid_from and s.valid_to))
left join line_change on o._source_system = line_change._source_system and o.po_number = line_change.po_number
left join {{ ref('int_vendor_crosswalk') }} as v
    on o._source_system = v.source_system and o.vendor_number = v.vendor_number
