{# Schemas are named exactly as configured. A rebuild as of a past moment puts its prefix before each. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('schema_prefix', '') }}{{ custom_schema_name or target.schema }}
{%- endmacro %}
