{# A canonical id is `<source system>:<key in the source>`; systems' names have no colon. #}
{% macro system_of(id) -%}
    split_part({{ id }}, ':', 1)
{%- endmacro %}

{% macro key_of(id) -%}
    substr({{ id }}, length(split_part({{ id }}, ':', 1)) + 2)
{%- endmacro %}

{#
    Joins the rows that this run computes: all in a full refresh, else those whose source record is touched.
    The keys are columns of the joined row that hold system and key.
#}
{% macro join_touched(kind, system, key) -%}
    {%- set touched = ref('int_touched') -%}
    {%- if only_touched() -%}
    inner join {{ touched }} as touched
        on touched.kind = '{{ kind }}' and {{ system }} = touched.source_system and {{ key }} = touched.source_key
    {%- endif -%}
{%- endmacro %}

{# Joins rows of any system under the number of a touched order, or of another kind. #}
{% macro join_touched_numbers(number, kind='purchase_order') -%}
    {%- set touched = ref('int_touched') -%}
    {%- if only_touched() -%}
    inner join (
        select distinct source_key
        from {{ touched }}
        where kind = '{{ kind }}'
    ) as touched_number on {{ number }} = touched_number.source_key
    {%- endif -%}
{%- endmacro %}

{# Joins rows of touched orders by the order's id. #}
{% macro join_touched_orders(order_id) -%}
    {%- set touched = ref('int_touched') -%}
    {%- if only_touched() -%}
    inner join {{ touched }} as touched
        on touched.kind = 'purchase_order' and {{ order_id }} = touched.subject_id
    {%- endif -%}
{%- endmacro %}
