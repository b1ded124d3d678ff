{#
    Joins that find the purchase order which a document names: its entity's system of record for purchase orders
    and the number. Where the entity has moved from one system to another, the newest system that knows the number
    is meant. `document` is an alias with entity_id and `number` its column; gives aliases order_home (the present
    system), current_order and superseded_order.

    The caller defines `order_home` and `superseded` by order_homes().
#}
{% macro order_homes() -%}
order_home as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'purchase_order' and role = 'record' and recency = 1
),

-- Orders of systems that an entity has left; empty where nobody moved.
superseded as (
    select
        s.entity_id,
        o.po_number,
        o.purchase_order_id,
        row_number() over (partition by s.entity_id, o.po_number order by s.recency) as preference
    from {{ ref('int_systems_of_record') }} as s
    inner join {{ ref('int_purchase_orders') }} as o
        on s.entity_id = o.entity_id and s.source_system = o.source_system
    where s.object = 'purchase_order' and s.role = 'record' and s.recency > 1
)
{%- endmacro %}

{% macro join_order(document, number) -%}
left join order_home on {{ document }}.entity_id = order_home.entity_id
    left join {{ ref('int_purchase_orders') }} as current_order
        on order_home.source_system = current_order.source_system and {{ number }} = current_order.po_number
    left join superseded
        on
            {{ document }}.entity_id = superseded.entity_id
            and {{ number }} = superseded.po_number
            and superseded.preference = 1
            and current_order.purchase_order_id is null
{%- endmacro %}

{# The id of the order found by join_order; kept as it will be while the order is not known. #}
{% macro linked_order(number) -%}
    coalesce(
        current_order.purchase_order_id,
        superseded.purchase_order_id,
        order_home.source_system || ':' || {{ number }}
    )
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
