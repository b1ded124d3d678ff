{#
    What a log held when this run began: itself; in a rebuild, which never writes the logs, the real one. None where
    there is no log yet. A rebuild reads it up to its as-of.
#}
{% macro log_history() -%}
    {%- if execute -%}
        {%- set prefix = var('schema_prefix', '') -%}
        {{ return(adapter.get_relation(this.database, this.schema[prefix | length:], this.identifier)) }}
    {%- else -%}
        {{ return(none) }}
    {%- endif -%}
{%- endmacro %}
