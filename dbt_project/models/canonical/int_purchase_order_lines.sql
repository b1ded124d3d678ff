{{
    config(
        materialized='touched',
        meta={
            'touched': {'relation': 'int_touched', 'keys': {'purchase_order_id': 'subject_id'}},
            'touched_kind': 'purchase_order',
        },
        indexes=[
            {'columns': ['po_line_id'], 'unique': true},
            {'columns': ['purchase_order_id']},
            {'columns': ['item_number']},
        ],
    )
}}

with line as (
    select
        l.*,
        coalesce(moved_line.po_line_id, o.purchase_order_id || ':' || l.line_number) as po_line_id,
        moved_line.settled_qty,
        o.purchase_order_id,
        o.entity_id as po_entity_id,
        o.vendor_key,
        o.currency as po_currency,
        o.status as po_status,
        o.closed_at as po_closed_at,
        o.match_type_source
    from {{ of_touched(ref('stg_purchase_order_lines'), 'purchase_order', '_source_system', 'po_number') }} as l
    left join {{ ref('int_document_lines') }} as moved_line
        on
            l._source_system = moved_line.source_system
            and l.po_number = moved_line.po_number
            and l.line_number = moved_line.line_number
    left join {{ ref('int_documents') }} as moved on l._source_system || ':' || l.po_number = moved.document_id
    inner join {{ looked_up(ref('int_purchase_orders'), 'o', {
        'purchase_order_id': "coalesce(moved_line.purchase_order_id, l._source_system || ':' || l.po_number)",
    }) }}
    -- lines of an order that moved wait for their own header, as all lines do
    where moved_line.is_current or moved.document_id is null
),

item_home as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'item' and role = 'record' and recency = 1
),

-- An item is known by its number in the line's own system, else by the equal number in its system of record.
itemed as (
    select
        line.*,
        coalesce(own.item_key, equal.item_key, h.source_system || ':' || line.item_number) as item_key
    from line
    left join item_home as h on line.po_entity_id = h.entity_id
    left join {{ ref('int_item_crosswalk') }} as own
        on line._source_system = own.source_system and line.item_number = own.item_number
    left join {{ ref('int_item_crosswalk') }} as equal
        on h.source_system = equal.source_system and line.item_number = equal.item_number
),

packed as (
    select
        itemed.*,
        item.category as item_category,
        coalesce(itemed.basis, 'quantity') = 'amount' as by_amount,
        item.base_unit as item_base_unit,
        {{ pack('numerator', 'u', 'itemed.po_entity_id', 'itemed.vendor_key') }} as pack_numerator,
        {{ pack('denominator', 'u', 'itemed.po_entity_id', 'itemed.vendor_key') }} as pack_denominator
    from itemed
    left join {{ ref('int_items') }} as item on itemed.item_key = item.item_key
    left join {{ ref('int_item_units') }} as u
        on itemed.item_key = u.item_key and coalesce(itemed.unit, item.base_unit) = u.unit
    {{ computed_once() }}
),

-- Where the item has no factor for the ordered unit, the ordered unit itself is what quantities are compared in.
converted as (
    select
        packed.*,
        pack_numerator is not null as converts_by_item,
        coalesce(pack_numerator, 1) as unit_numerator,
        coalesce(pack_denominator, 1) as unit_denominator,
        case when pack_numerator is null then unit else item_base_unit end as base_unit
    from packed
),

measured as (
    select
        converted.*,
        least(
            case when status in ('closed', 'cancelled') then closed_at end,
            case when po_status in ('closed', 'cancelled') then po_closed_at end
        ) as first_closed_at,
        case
            when cancelled_qty is null and (status = 'cancelled' or po_status = 'cancelled') then 0::numeric(18, 6)
            else greatest(ordered_qty - coalesce(cancelled_qty, 0), 0) + coalesce(settled_qty, 0)
        end as open_source_qty
    from converted
),

scope as (
    select distinct
        po_entity_id,
        vendor_key,
        item_category
    from measured
    where match_type is null and match_type_source is null
),

ruled as (
    select
        scope.*,
        r.match_type,
        row_number() over (
            partition by scope.po_entity_id, scope.vendor_key, scope.item_category
            order by r.specificity desc, r.strictness, {{ by_code_point('r.rule_id') }}
        ) as preference
    from scope
    inner join {{ ref('int_match_type_rules') }} as r
        on
            r.entity_id in ('', scope.po_entity_id)
            and r.vendor_key in ('', scope.vendor_key)
            and r.item_category in ('', coalesce(scope.item_category, ''))
)

select
    m.po_line_id,
    m.purchase_order_id,
    m.line_number,
    m.po_entity_id as entity_id,
    m.vendor_key,
    m.item_number,
    m.item_key,
    m.item_category,
    m.description,
    m.vendor_part,
    coalesce(m.basis, 'quantity') as basis,
    coalesce(m.match_type, m.match_type_source, r.match_type, 'three_way') as match_type,
    case
        when coalesce(m.match_type, m.match_type_source) is not null then 'source'
        when r.match_type is not null then 'rule'
        else 'default'
    end as match_type_origin,
    coalesce(m.currency, m.po_currency) as currency,
    m.ordered_qty as ordered_qty_source,
    m.cancelled_qty as cancelled_qty_source,
    m.unit,
    m.price as price_source,
    m.base_unit,
    m.unit_numerator,
    m.unit_denominator,
    m.converts_by_item,
    case
        when m.by_amount then m.open_source_qty
        else {{ in_base_units('m.open_source_qty', 'm.unit_numerator', 'm.unit_denominator') }}
    end as ordered_qty,
    case
        when m.by_amount then 1::numeric(19, 10)
        else {{ per_base_unit('m.price', 'm.unit_numerator', 'm.unit_denominator') }}
    end as unit_price,
    case
        when m.by_amount then m.open_source_qty::numeric(20, 4)
        else round(m.open_source_qty * m.price, 4)::numeric(20, 4)
    end as ordered_amount,
    m.status,
    m.po_status,
    m.status in ('closed', 'cancelled') or m.po_status in ('closed', 'cancelled') as is_closed,
    {{ utc_date('m.first_closed_at') }} as closed_date,
    m.first_closed_at as closed_at,
    m.tax_code,
    m.location_code,
    m.cost_center_code,
    m.account_code,
    m.requisition_number,
    m.requester,
    m.contract_number,
    m.need_by_date,
    m._known_at
from measured as m
left join ruled as r
    on
        m.po_entity_id = r.po_entity_id
        and m.vendor_key = r.vendor_key
        and coalesce(m.item_category, '') = coalesce(r.item_category, '')
        and r.preference <= 1
