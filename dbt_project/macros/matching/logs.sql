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

{#
    The log of a mart that the model being built continues: its own table where that stands; in a rebuild, which
    never writes the logs, the real one. None where there is none yet.
#}
{% macro kept_log() -%}
    {%- if var('schema_prefix', '') -%}
        {{ return(log_history()) }}
    {%- else -%}
        {{ return(this if is_incremental() else none) }}
    {%- endif -%}
{%- endmacro %}

{#
    The rows of a kept log that count, as a relation: in a rebuild those up to its as-of, by the column `moment`.
    Not a common table expression, which would be read whole where it is named twice.
#}
{% macro rows_kept(log, moment) -%}
    {%- if var('schema_prefix', '') -%}
    (select * from {{ log }} where {{ moment }} <= {{ as_of() }})
    {%- else -%}
    {{ log }}
    {%- endif -%}
{%- endmacro %}

{# What a rebuild takes over from the kept log, beside the rows that it adds. #}
{% macro and_rows_kept(log, moment) -%}
    {%- if var('schema_prefix', '') and log %}

union all

select * from {{ rows_kept(log, moment) }} as kept
    {%- endif %}
{%- endmacro %}
