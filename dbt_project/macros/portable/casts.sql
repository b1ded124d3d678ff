{#
    Casts of raw's texts. The gate holds back what does not cast; a steward may release it all the same, and then it
    is null here. PostgreSQL has no cast that gives null instead of an error, so the test comes first; engines with
    try_cast use that.
#}
{% macro cast_or_null(column, type) -%}
    {{ return(adapter.dispatch('cast_or_null', 'tieout')(column, type)) }}
{%- endmacro %}

{% macro default__cast_or_null(column, type) -%}
    try_cast({{ column }} as {{ type }})
{%- endmacro %}

{% macro postgres__cast_or_null(column, type) -%}
    case when quality.is_valid({{ column }}, '{{ type }}') then {{ column }}::{{ type }} end
{%- endmacro %}

{% macro to_date(column) -%}{{ cast_or_null(column, 'date') }}{%- endmacro %}

{% macro to_timestamp(column) -%}{{ cast_or_null(column, 'timestamptz') }}{%- endmacro %}

{% macro to_integer(column) -%}{{ cast_or_null(column, 'integer') }}{%- endmacro %}

{% macro to_boolean(column) -%}{{ cast_or_null(column, 'boolean') }}{%- endmacro %}

{# Money as stored. #}
{% macro to_money(column) -%}{{ cast_or_null(column, 'numeric(20,4)') }}{%- endmacro %}

{# A price, for one unit of the source or for one base unit. #}
{% macro to_price(column) -%}{{ cast_or_null(column, 'numeric(19,10)') }}{%- endmacro %}

{% macro to_quantity(column) -%}{{ cast_or_null(column, 'numeric(18,6)') }}{%- endmacro %}

{# A factor, a rate, a percentage, a number of hours. #}
{% macro to_number(column) -%}{{ cast_or_null(column, 'numeric(24,10)') }}{%- endmacro %}
