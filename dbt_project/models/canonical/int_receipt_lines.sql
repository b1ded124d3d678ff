{{
    config(
        materialized='touched',
        meta={
            'touched': {'relation': 'int_touched', 'keys': {'purchase_order_id': 'subject_id'}},
            'touched_kind': 'purchase_order',
        },
        indexes=[
            {'columns': ['receipt_line_id'], 'unique': true},
            {'columns': ['purchase_order_id']},
            {'columns': ['item_number']},
            {'columns': ['erp_receipt_line_id'], 'where': 'erp_receipt_line_id is not null'},
            {'columns': ['entity_id', 'received_at']},
        ],
    )
}}

with {{ order_homes() }},

-- Every system's rows under a touched order's number: records and copies.
named as {{ not_kept() }} (
    select r.*
    from {{ of_touched_numbers(ref('stg_receipt_lines'), 'purchase_order', 'po_number') }} as r
),

record as (
    select
        r.*,
        {{ linked_order('r.po_number') }} as purchase_order_id,
        {{ linked_prefix('r.po_number') }} as line_prefix,
        {{ linked_system() }} as order_system,
        order_home.source_system as home_system
    from named as r
    inner join {{ ref('int_systems_of_record') }} as s
        on
            r.entity_id = s.entity_id
            and s.object = 'receipt_line'
            and s.role = 'record'
            and r._source_system = s.source_system
            and {{ utc_date('r.received_at') }} between s.valid_from and s.valid_to
    {{ join_order('r', 'r.po_number') }}
),

-- The ERP's posting: the copy of the entity's ERP that names this receipt line.
posting as (
    select
        r._source_system as source_system,
        r.source_ref,
        {{ first_text("r._source_system || ':' || r.receipt_ref") }} as erp_receipt_line_id,
        min(r.posted_at) as erp_posted_at
    from named as r
    where r.source_ref is not null
    group by r._source_system, r.source_ref
),

-- What an ERP that the entity has left posted; empty where nobody moved.
former_posting as (
    select
        s.entity_id,
        r.source_ref,
        {{ first_text("r._source_system || ':' || r.receipt_ref") }} as erp_receipt_line_id,
        min(r.posted_at) as erp_posted_at
    from named as r
    inner join {{ ref('int_systems_of_record') }} as s
        on
            r.entity_id = s.entity_id
            and s.object = 'purchase_order'
            and s.role = 'record'
            and s.recency > 1
            and r._source_system = s.source_system
    where r.source_ref is not null
    group by s.entity_id, r.source_ref
),

on_line as (
    select
        record.*,
        {{ linked_line('record', 'record.po_line_number') }} as po_line_id
    from record
    {{ join_moved_line('record', 'record.po_number', 'record.po_line_number') }}
),

linked as (
    select
        record.*,
        coalesce(posting.erp_receipt_line_id, former_posting.erp_receipt_line_id) as erp_receipt_line_id,
        least(posting.erp_posted_at, former_posting.erp_posted_at) as erp_posted_at,
        coalesce(item.item_key, po.item_key) as own_item_key,
        coalesce(po.basis, 'quantity') = 'amount' as by_amount,
        po.po_line_id is not null as po_line_is_known,
        {{ line_factor('numerator', 'record.unit') }} as unit_numerator,
        {{ line_factor('denominator', 'record.unit') }} as unit_denominator
    from on_line as record
    left join {{ looked_up(ref('int_purchase_order_lines'), 'po', {'po_line_id': 'record.po_line_id'}) }}
    left join {{ ref('int_item_crosswalk') }} as item
        on record._source_system = item.source_system and record.item_number = item.item_number
    left join {{ ref('int_item_units') }} as own_unit
        on po.item_key <> item.item_key and item.item_key = own_unit.item_key and record.unit = own_unit.unit
    left join {{ ref('int_item_units') }} as ordered_unit
        on po.item_key = ordered_unit.item_key and record.unit = ordered_unit.unit
    left join posting
        on record.home_system = posting.source_system and record.receipt_ref = posting.source_ref
    left join former_posting
        on record.entity_id = former_posting.entity_id and record.receipt_ref = former_posting.source_ref
    {{ computed_once() }}
)

select
    l._source_system || ':' || l.receipt_ref as receipt_line_id,
    l._source_system as source_system,
    l.receipt_ref,
    l.receipt_number,
    l.entity_id,
    l.purchase_order_id,
    l.po_line_id,
    l.unit_numerator is not null as is_linked,
    l.kind,
    l.item_number,
    l.own_item_key as item_key,
    l.unit,
    l.qty as qty_source,
    l.unit_numerator,
    l.unit_denominator,
    {{ in_base_units('l.qty', 'l.unit_numerator', 'l.unit_denominator') }} as qty,
    {{ in_base_units('l.accepted_qty', 'l.unit_numerator', 'l.unit_denominator') }} as accepted_qty,
    {{ in_base_units('l.rejected_qty', 'l.unit_numerator', 'l.unit_denominator') }} as rejected_qty,
    l._source_system || ':' || l.named_receipt_ref as named_receipt_line_id,
    l.packing_slip,
    l.lot,
    l.serial,
    l.location_code,
    l.received_by,
    l.received_at,
    l.posted_at,
    l.erp_receipt_line_id,
    l.erp_posted_at,
    l._first_known_at as known_at,
    l._known_at
from linked as l
{{ join_touched_orders('l.purchase_order_id') }}
