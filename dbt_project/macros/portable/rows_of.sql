{#
    The rows of a table whose `columns` are among `keys`, a query of as many columns; to be read under an alias.
    The columns are indexed: in PostgreSQL each key is looked up, so that the work grows with the keys and not with the
    table. Left to itself the planner reads a table of a million rows whole for a few thousand of them.
#}
{% macro rows_of(relation, columns, keys) -%}
    {{ return(adapter.dispatch('rows_of', 'tieout')(relation, columns, keys)) }}
{%- endmacro %}

{% macro default__rows_of(relation, columns, keys) -%}
    (
        select r.*
        from {{ relation }} as r
        inner join ({{ keys }}) as k ({{ columns | join(', ') }})
            on {% for column in columns %}r.{{ column }} = k.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    )
{%- endmacro %}

{#
    The inner `offset 0` keeps the lookup a lookup: without it, it is a join like any other. The outer one lets the
    planner see all rows that come of it, and not those of one key, where they are grouped or joined.
#}
{% macro postgres__rows_of(relation, columns, keys) -%}
    (
        select r.*
        from ({{ keys }}) as k ({{ columns | join(', ') }})
        cross join
            lateral (
                select *
                from {{ relation }} as r
                where {% for column in columns %}r.{{ column }} = k.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
                offset 0
            ) as r
        offset 0
    )
{%- endmacro %}

{# As `rows_of`, for the right side of a join and its condition: looked up for each row of the left side. #}
{% macro row_by_row(relation, alias, columns) -%}
    {{ return(adapter.dispatch('row_by_row', 'tieout')(relation, alias, columns)) }}
{%- endmacro %}

{% macro default__row_by_row(relation, alias, columns) -%}
    {{ joined_at_once(relation, alias, columns) }}
{%- endmacro %}

{% macro postgres__row_by_row(relation, alias, columns) -%}
    lateral (
        select *
        from {{ relation }} as {{ alias }}
        where {% for column, value in columns.items() %}{{ value }} = {{ alias }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
        offset 0
    ) as {{ alias }} on true
{%- endmacro %}

{% macro joined_at_once(relation, alias, columns) -%}
    {{ relation }} as {{ alias }}
        on {% for column, value in columns.items() %}{{ value }} = {{ alias }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}
