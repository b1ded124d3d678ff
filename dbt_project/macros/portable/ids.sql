{# A canonical id is `<source system>:<key in the source>`; systems' names have no colon. #}
{% macro system_of(id) -%}
    split_part({{ id }}, ':', 1)
{%- endmacro %}

{% macro key_of(id) -%}
    substr({{ id }}, length(split_part({{ id }}, ':', 1)) + 2)
{%- endmacro %}
