{#
    Joins that find the purchase order which a document names: its entity's system of record for purchase orders
    and the number. Where the entity has moved from one system to another, the newest system that knows the number
    is meant; an order that moved itself is known by each of its numbers. `document` is an alias with entity_id and
    `number` its column; gives aliases order_home (the present system), current_order and former_order.

    The caller defines `order_home` and `former_order` by order_homes().
#}
{% macro order_homes() -%}
order_home as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'purchase_order' and role = 'record' and recency = 1
),

-- Orders of systems that an entity has left, and all numbers of orders that moved; empty where nobody moved.
former_order as (
    select
        known.*,
        row_number() over (partition by known.entity_id, known.po_number order by known.recency) as preference
    from (
        select
            s.entity_id,
            o.po_number,
            o.source_system,
            o.purchase_order_id,
            o.purchase_order_id as line_prefix,
            s.recency
        from {{ ref('int_systems_of_record') }} as s
        inner join {{ ref('int_purchase_orders') }} as o
            on s.entity_id = o.entity_id and s.source_system = o.source_system
        left join {{ ref('int_documents') }} as d on o.purchase_order_id = d.document_id
        where s.object = 'purchase_order' and s.role = 'record' and s.recency > 1 and d.document_id is null
        union all
        select
            d.entity_id,
            d.po_number,
            d.source_system,
            d.purchase_order_id,
            d.line_prefix,
            coalesce(s.recency, 2147483647) as recency
        from {{ ref('int_documents') }} as d
        left join {{ ref('int_systems_of_record') }} as s
            on
                d.entity_id = s.entity_id
                and d.source_system = s.source_system
                and s.object = 'purchase_order'
                and s.role = 'record'
        where d.entity_id is not null
    ) as known
)
{%- endmacro %}

{% macro join_order(document, number) -%}
left join order_home on {{ document }}.entity_id = order_home.entity_id
    left join {{ ref('int_purchase_orders') }} as current_order
        on order_home.source_system || ':' || {{ number }} = current_order.purchase_order_id
    left join former_order
        on
            {{ document }}.entity_id = former_order.entity_id
            and {{ number }} = former_order.po_number
            and former_order.preference <= 1
{%- endmacro %}

{# The id of the order found by join_order; kept as it will be while the order is not known. #}
{% macro linked_order(number) -%}
    coalesce(
        current_order.purchase_order_id,
        former_order.purchase_order_id,
        order_home.source_system || ':' || {{ number }}
    )
{%- endmacro %}

{# The system whose number the document names. #}
{% macro linked_system() -%}
    coalesce(current_order.source_system, former_order.source_system)
{%- endmacro %}

{# What stands before a line's number in the id of its PO line. #}
{% macro linked_prefix(number) -%}
    case
        when coalesce(current_order.purchase_order_id, former_order.purchase_order_id) = former_order.purchase_order_id
            then former_order.line_prefix
        else {{ linked_order(number) }}
    end
{%- endmacro %}

{#
    The line of a document whose order was found: `line` is an alias with order_system, line_prefix, its columns
    `number` and `position`; gives alias moved_line, and its PO line is linked_line().
#}
{% macro join_moved_line(line, number, position) -%}
left join {{ ref('int_document_lines') }} as moved_line
        on
            {{ line }}.order_system = moved_line.source_system
            and {{ number }} = moved_line.po_number
            and {{ position }} = moved_line.line_number
{%- endmacro %}

{% macro linked_line(line, position) -%}
    coalesce(moved_line.po_line_id, {{ line }}.line_prefix || ':' || {{ position }})
{%- endmacro %}

{#
    Base units in one unit of a document's line, by its PO line `po`: 1 in money; the PO line's own factor for no unit
    or the same; else the factor of the line's item `own`, or of the PO line's item `ordered`, where the PO line is
    compared in the item's base unit. Packs are those of the order's entity and vendor. `side` is the numerator or the
    denominator of the factor; null where there is none.
#}
{% macro line_factor(side, unit, po='po', own='own_unit', ordered='ordered_unit') -%}
    case
        when {{ po }}.basis = 'amount' then 1::numeric
        when {{ unit }} is null or {{ unit }} = {{ po }}.unit
            then coalesce({{ line_pack(side, own, po) }}, {{ po }}.unit_{{ side }})
        when {{ po }}.converts_by_item
            then coalesce({{ line_pack(side, own, po) }}, {{ line_pack(side, ordered, po) }})
    end
{%- endmacro %}

{# As `pack`, for a line of a purchase order. #}
{% macro line_pack(side, u, po) -%}
    {{ pack(side, u, po ~ '.entity_id', po ~ '.vendor_key') }}
{%- endmacro %}

{# The day of an order in UTC, by which contract prices and systems of record are chosen. #}
{% macro order_date(alias) -%}
    {{ utc_date('coalesce(' ~ alias ~ '.ordered_at, ' ~ alias ~ '.approved_at, ' ~ alias ~ '.sent_at, ' ~ alias ~ '._known_at)') }}
{%- endmacro %}
