{# Joins the units that this run matches: all in a full refresh, else those that are touched. #}
{% macro join_units(unit) -%}
    {%- set touched = ref('match_touched') -%}
    {%- if only_touched() -%}
    inner join {{ touched }} as touched on {{ unit }} = touched.match_unit_id
    {%- endif -%}
{%- endmacro %}

{# The order of invoice and credit lines (matching, section 3). #}
{% macro invoice_order(alias, direction='') -%}
    {{ alias }}.invoice_date {{ direction }}, {{ by_code_point(alias ~ '.invoice_id') }} {{ direction }}, {{ alias }}.line_number {{ direction }}
{%- endmacro %}

{# The order of receipts. #}
{% macro receipt_order(alias, direction='') -%}
    {{ alias }}.received_at {{ direction }}, {{ by_code_point(alias ~ '.receipt_line_id') }} {{ direction }}
{%- endmacro %}
