{# A relation with a row for each position in a text, 1 being the first, in column `position`. #}
{% macro positions(text) -%}
    {{ return(adapter.dispatch('positions', 'tieout')(text)) }}
{%- endmacro %}

{% macro default__positions(text) -%}
    explode(sequence(1, length({{ text }}))) as place (position)
{%- endmacro %}

{# Not generate_series, of which the planner expects a thousand rows. #}
{% macro postgres__positions(text) -%}
    (
        select ordinality::integer as position
        from unnest(string_to_array({{ text }}, null)) with ordinality as c (character, ordinality)
    ) as place
{%- endmacro %}

{# The digits that a text ends in, as a number; null where it ends in none. #}
{% macro trailing_number(text) -%}
    {{ return(adapter.dispatch('trailing_number', 'tieout')(text)) }}
{%- endmacro %}

{% macro default__trailing_number(text) -%}
    cast(nullif(regexp_extract({{ text }}, '([0-9]+)$', 1), '') as decimal(38, 0))
{%- endmacro %}

{% macro postgres__trailing_number(text) -%}
    substring({{ text }} from '[0-9]+$')::numeric
{%- endmacro %}

{# A number that equal values share, to group many rows by; values that differ may share it as well. #}
{% macro hashed(columns) -%}
    {{ return(adapter.dispatch('hashed', 'tieout')(columns)) }}
{%- endmacro %}

{% macro default__hashed(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{% macro postgres__hashed(columns) -%}
    hashtextextended(concat_ws('|', {{ columns | join(', ') }}), 0)
{%- endmacro %}

{# The date some calendar months later; at most the last day of that month. #}
{% macro months_after(day, months) -%}
    {{ return(adapter.dispatch('months_after', 'tieout')(day, months)) }}
{%- endmacro %}

{% macro default__months_after(day, months) -%}
    add_months({{ day }}, {{ months }})
{%- endmacro %}

{% macro postgres__months_after(day, months) -%}
    ({{ day }} + interval '{{ months }} months')::date
{%- endmacro %}

{#
    Says that a CTE is computed once, however rows are joined to it: a planner that expects few rows would compute it
    anew for each. PostgreSQL's word.
#}
{% macro kept() -%}
    {{ return(adapter.dispatch('kept', 'tieout')()) }}
{%- endmacro %}

{% macro default__kept() -%}
{%- endmacro %}

{% macro postgres__kept() -%}
    materialized
{%- endmacro %}

{#
    Says that a CTE which is read several times is no table of its own, so that each reader uses the indexes below it.
    PostgreSQL would keep its rows; others read through it anyway.
#}
{% macro not_kept() -%}
    {{ return(adapter.dispatch('not_kept', 'tieout')()) }}
{%- endmacro %}

{% macro default__not_kept() -%}
{%- endmacro %}

{% macro postgres__not_kept() -%}
    not materialized
{%- endmacro %}

{#
    At the end of a query: computes its columns once a row, however often they are named further on. PostgreSQL would
    write their expressions anew wherever they are named; the rows are neither copied nor kept from several processes.
#}
{% macro computed_once() -%}
    {{ return(adapter.dispatch('computed_once', 'tieout')()) }}
{%- endmacro %}

{% macro default__computed_once() -%}
{%- endmacro %}

{% macro postgres__computed_once() -%}
    offset 0
{%- endmacro %}

{# The text under the name that an expression gives of a document in JSON; null where there is none. #}
{% macro json_text_of(document, name) -%}
    {{ return(adapter.dispatch('json_text_of', 'tieout')(document, name)) }}
{%- endmacro %}

{% macro default__json_text_of(document, name) -%}
    get_json_object({{ document }}, '$.' || {{ name }})
{%- endmacro %}

{% macro postgres__json_text_of(document, name) -%}
    ({{ document }}::jsonb ->> {{ name }})
{%- endmacro %}

{# The text under a name of a document in JSON; null where there is none. #}
{% macro json_text(document, name) -%}
    {{ return(adapter.dispatch('json_text', 'tieout')(document, name)) }}
{%- endmacro %}

{% macro default__json_text(document, name) -%}
    get_json_object({{ document }}, '$.{{ name }}')
{%- endmacro %}

{% macro postgres__json_text(document, name) -%}
    ({{ document }}::jsonb ->> '{{ name }}')
{%- endmacro %}

{# The Monday of a date's week. #}
{% macro week_of(day) -%}
    {{ return(adapter.dispatch('week_of', 'tieout')(day)) }}
{%- endmacro %}

{% macro default__week_of(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}
