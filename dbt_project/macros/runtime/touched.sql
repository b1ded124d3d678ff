{#
    What this run computes of a table: all of it in a full refresh, else the rows of what is touched. To be read under an
    alias; the columns are indexed.
#}

{# By columns that hold system and key of the touched record. #}
{% macro of_touched(relation, kind, system, key) -%}
    {%- set touched = ref('int_touched') -%}
    {%- if only_touched() -%}
    {{ rows_of(relation, [system, key],
        "select source_system, source_key from " ~ touched ~ " where kind = '" ~ kind ~ "'") }}
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# By a column that holds the canonical id. #}
{% macro of_touched_ids(relation, kind, id) -%}
    {%- set touched = ref('int_touched') -%}
    {%- if only_touched() -%}
    {{ rows_of(relation, [id], "select subject_id from " ~ touched ~ " where kind = '" ~ kind ~ "'") }}
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# By a column that holds the number of a touched order, or of another kind, in whatever system. #}
{% macro of_touched_numbers(relation, kind, number) -%}
    {%- set touched = ref('int_touched') -%}
    {%- if only_touched() -%}
    {{ rows_of(relation, [number],
        "select distinct source_key from " ~ touched ~ " where kind = '" ~ kind ~ "'") }}
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# By a column that holds a touched unit of the match. #}
{% macro of_units(relation, unit) -%}
    {%- set touched = ref('match_touched') -%}
    {%- if only_touched() -%}
    {{ rows_of(relation, [unit], "select match_unit_id from " ~ touched) }}
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# Of a log, what became known in the time that this run adds: each entry carries the as-of of the run that made it. #}
{% macro of_new(log, moment) -%}
    {{ rows_of(log, [moment], "select distinct o.as_of from ops.run as o where o.as_of > " ~ previous_as_of()) }}
{%- endmacro %}

{#
    What a join reads of a table that is as long as history, with the condition: `columns` maps its columns, which
    are indexed, to what they equal. All in a full refresh, else row by row.
#}
{% macro looked_up(relation, alias, columns) -%}
    {%- if only_touched() -%}
    {{ row_by_row(relation, alias, columns) }}
    {%- else -%}
    {{ joined_at_once(relation, alias, columns) }}
    {%- endif -%}
{%- endmacro %}

{# Joins rows of touched orders by the order's id, which is computed on the way. #}
{% macro join_touched_orders(order_id) -%}
    {%- set touched = ref('int_touched') -%}
    {%- if only_touched() -%}
    inner join {{ touched }} as touched
        on touched.kind = 'purchase_order' and {{ order_id }} = touched.subject_id
    {%- endif -%}
{%- endmacro %}

{# Joins touched units by an id that is computed on the way. #}
{% macro join_units(unit) -%}
    {%- set touched = ref('match_touched') -%}
    {%- if only_touched() -%}
    inner join {{ touched }} as touched on {{ unit }} = touched.match_unit_id
    {%- endif -%}
{%- endmacro %}
