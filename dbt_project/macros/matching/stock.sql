{# The unit that stock is judged by: an item at a location, as the counting system names both. #}
{% macro stock_unit(alias) -%}
    ({{ alias }}._source_system || ':' || {{ alias }}.item_number || ':' || {{ alias }}.location_code)
{%- endmacro %}
