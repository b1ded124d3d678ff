{{
    config(
        materialized='touched',
        meta={
            'touched': {'relation': 'int_touched', 'keys': {'purchase_order_id': 'subject_id'}},
            'touched_kind': 'purchase_order',
        },
        indexes=[
            {'columns': ['copy_id'], 'unique': true},
            {'columns': ['purchase_order_id']},
            {'columns': ['due_at']},
        ],
    )
}}

with purchase_order as (
    select o.*
    from {{ of_touched_ids(ref('int_purchase_orders'), 'purchase_order', 'purchase_order_id') }} as o
    where o.issued_at is not null and o.status in ('approved', 'sent', 'closed')
),

due as (
    select
        o.*,
        s.source_system as target
    from purchase_order as o
    inner join {{ ref('int_systems_of_record') }} as s
        on
            o.entity_id = s.entity_id
            and s.object = 'purchase_order'
            and s.role = 'copy'
            and {{ utc_date('o.issued_at') }} between s.valid_from and s.valid_to
),

promise as (
    select
        due.purchase_order_id,
        due.target,
        sla.hours,
        row_number() over (
            partition by due.purchase_order_id, due.target
            order by
                {{ specificity(['sla.entity_id', 'sla.target', 'sla.object']) }} desc,
                {{ by_code_point('sla.sla_id') }}
        ) as preference
    from due
    inner join {{ ref('stg_slas') }} as sla
        on
            sla.subject = 'sync'
            and coalesce(sla.entity_id, due.entity_id) = due.entity_id
            and coalesce(sla.target, due.target) = due.target
            and coalesce(sla.object, 'purchase_order') = 'purchase_order'
),

present_copy as (
    select
        due.purchase_order_id,
        due.target,
        due.source_system as numbered_by,
        due.po_number as copy_number,
        coalesce(d.line_prefix, due.purchase_order_id) as line_prefix,
        c.status,
        c._known_at
    from due
    inner join {{ ref('stg_purchase_orders') }} as c
        on due.target = c._source_system and due.po_number = c._record_key and due.entity_id = c.entity_id
    left join {{ ref('int_documents') }} as d on due.source_system || ':' || due.po_number = d.document_id
),

-- A copy may still have the number that the order had before it moved.
former_copy as (
    select
        due.purchase_order_id,
        due.target,
        d.source_system as numbered_by,
        d.po_number as copy_number,
        d.line_prefix,
        c.status,
        c._known_at,
        row_number() over (partition by due.purchase_order_id, due.target order by d.step desc) as preference
    from due
    inner join {{ ref('int_documents') }} as d on due.purchase_order_id = d.purchase_order_id
    inner join {{ ref('stg_purchase_orders') }} as c
        on due.target = c._source_system and d.po_number = c._record_key and due.entity_id = c.entity_id
    left join present_copy
        on due.purchase_order_id = present_copy.purchase_order_id and due.target = present_copy.target
    where present_copy.target is null
),

copy as (
    select * from present_copy
    union all
    select
        purchase_order_id,
        target,
        numbered_by,
        copy_number,
        line_prefix,
        status,
        _known_at
    from former_copy
    where preference <= 1
),

item_home as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'item' and role = 'record' and recency = 1
),

-- What both sides say of each line, in base units. A line with nothing left to deliver may be absent.
record_line as (
    select
        due.purchase_order_id,
        due.target,
        l.po_line_id,
        l.line_number,
        l.item_key,
        l.ordered_qty,
        l.unit_price
    from due
    inner join {{ ref('int_purchase_order_lines') }} as l on due.purchase_order_id = l.purchase_order_id
    where l.ordered_qty > 0
),

copy_line_read as (
    select
        due.purchase_order_id,
        due.target,
        due.entity_id,
        due.vendor_key,
        coalesce(moved_line.po_line_id, copy.line_prefix || ':' || c.line_number) as po_line_id,
        c.line_number,
        c.unit,
        c.price,
        c._known_at,
        greatest(c.ordered_qty - coalesce(c.cancelled_qty, 0), 0) as open_source_qty,
        coalesce(own.item_key, equal.item_key, h.source_system || ':' || c.item_number) as item_key
    from due
    inner join copy on due.purchase_order_id = copy.purchase_order_id and due.target = copy.target
    inner join {{ ref('stg_purchase_order_lines') }} as c
        on due.target = c._source_system and copy.copy_number = c.po_number
    left join {{ ref('int_document_lines') }} as moved_line
        on
            copy.numbered_by = moved_line.source_system
            and c.po_number = moved_line.po_number
            and c.line_number = moved_line.line_number
    left join item_home as h on due.entity_id = h.entity_id
    left join {{ ref('int_item_crosswalk') }} as own
        on c._source_system = own.source_system and c.item_number = own.item_number
    left join {{ ref('int_item_crosswalk') }} as equal
        on h.source_system = equal.source_system and c.item_number = equal.item_number
    where c.status <> 'cancelled'
),

copy_line as (
    select
        c.purchase_order_id,
        c.target,
        c.po_line_id,
        c.line_number,
        c._known_at,
        c.item_key,
        case
            when po.basis = 'amount' then c.open_source_qty
            else {{ in_base_units('c.open_source_qty', 'f.numerator', 'f.denominator') }}
        end as ordered_qty,
        case
            when po.basis = 'amount' then 1::numeric(19, 10)
            else {{ per_base_unit('c.price', 'f.numerator', 'f.denominator') }}
        end as unit_price
    from copy_line_read as c
    left join {{ ref('int_purchase_order_lines') }} as po
        on c.po_line_id = po.po_line_id
    left join {{ ref('int_item_units') }} as u on c.item_key = u.item_key and c.unit = u.unit
    cross join
        lateral (
            select
                case
                    when c.unit is null or c.unit = po.unit then po.unit_numerator
                    when po.po_line_id is null or po.converts_by_item
                        then {{ pack('numerator', 'u', 'c.entity_id', 'c.vendor_key') }}
                end as numerator,
                case
                    when c.unit is null or c.unit = po.unit then po.unit_denominator
                    when po.po_line_id is null or po.converts_by_item
                        then {{ pack('denominator', 'u', 'c.entity_id', 'c.vendor_key') }}
                end as denominator
        ) as f
    where c.open_source_qty > 0
),

compared as (
    select
        coalesce(r.purchase_order_id, c.purchase_order_id) as purchase_order_id,
        coalesce(r.target, c.target) as target,
        coalesce(r.line_number, c.line_number) as line_number,
        case
            when r.po_line_id is null then 'surplus'
            when c.po_line_id is null then 'missing'
            else nullif(concat_ws(
                    ' and ',
                    case when r.item_key is distinct from c.item_key then 'item' end,
                    case when r.ordered_qty is distinct from c.ordered_qty then 'quantity' end,
                    case when r.unit_price is distinct from c.unit_price then 'price' end
                ), '')
        end as difference,
        replace(r.po_line_id, r.purchase_order_id || ':', '')
        || '|' || coalesce(r.item_key, '') || '|' || r.ordered_qty || '|' || r.unit_price as record_text,
        replace(c.po_line_id, c.purchase_order_id || ':', '')
        || '|' || coalesce(c.item_key, '') || '|' || coalesce(c.ordered_qty::text, '?') || '|'
        || coalesce(c.unit_price::text, '?') as copy_text,
        c._known_at
    from record_line as r
    full outer join copy_line as c
        on
            r.purchase_order_id = c.purchase_order_id
            and r.target = c.target
            and r.po_line_id = c.po_line_id
),

summed as (
    select
        purchase_order_id,
        target,
        {{ joined("case when difference is not null then 'line ' || line_number || ' ' || difference end") }}
            as differing_lines,
        md5({{ joined('record_text') }}) as record_md5,
        md5({{ joined('copy_text') }}) as copy_md5,
        max(_known_at) as copy_known_at
    from compared
    group by purchase_order_id, target
)

select
    due.target || ':purchase_order:' || due.purchase_order_id as copy_id,
    due.target,
    due.purchase_order_id,
    due.po_number,
    copy.copy_number,
    due.entity_id,
    due.status as po_status,
    copy.target is not null as is_present,
    copy.target is not null and copy.status <> 'draft' and summed.differing_lines is null as is_equal,
    case
        when copy.target is null then null
        else
            nullif(
                concat_ws(', ', case when copy.status = 'draft' then 'status draft' end, summed.differing_lines), ''
            )
    end as differing_fields,
    summed.record_md5,
    case when copy.target is not null then summed.copy_md5 end as copy_md5,
    due.issued_at,
    due.changed_at,
    {{ hours_after(
        'case when copy.target is null then due.issued_at else greatest(due.issued_at, due.changed_at) end',
        'promise.hours'
    ) }} as due_at,
    greatest(copy._known_at, summed.copy_known_at) as copy_known_at
from due
left join copy on due.purchase_order_id = copy.purchase_order_id and due.target = copy.target
left join summed on due.purchase_order_id = summed.purchase_order_id and due.target = summed.target
left join promise
    on due.purchase_order_id = promise.purchase_order_id and due.target = promise.target and promise.preference <= 1
