{# A code or name as it is compared: letters in capitals and digits alone; null where nothing is left. #}
{% macro compared_code(column) -%}
    {{ return(adapter.dispatch('compared_code', 'tieout')(column)) }}
{%- endmacro %}

{% macro default__compared_code(column) -%}
    nullif(regexp_replace(upper({{ column }}), '[^A-Z0-9]', ''), '')
{%- endmacro %}

{# PostgreSQL replaces the first match only, unless told. #}
{% macro postgres__compared_code(column) -%}
    nullif(regexp_replace(upper({{ column }}), '[^A-Z0-9]', '', 'g'), '')
{%- endmacro %}

{#
    A trade item number with fourteen digits, so that those of equal meaning are equal; null where it is not spelled as
    GS1 says, or its check digit does not fit (GS1 General Specifications, section 7.9).
#}
{% macro trade_item_number(column) -%}
    {{ return(adapter.dispatch('trade_item_number', 'tieout')(column)) }}
{%- endmacro %}

{% macro default__trade_item_number(column) -%}
    case
        when {{ column }} rlike '^([0-9]{8}|[0-9]{12,14})$' and {{ weighted_digits(column) }} % 10 = 0
            then lpad({{ column }}, 14, '0')
    end
{%- endmacro %}

{# Two cases, one in the other: PostgreSQL does not promise to test the spelling before it reads digits. #}
{% macro postgres__trade_item_number(column) -%}
    case
        when {{ column }} ~ '^([0-9]{8}|[0-9]{12,14})$'
            then case when {{ weighted_digits(column) }} % 10 = 0 then lpad({{ column }}, 14, '0') end
    end
{%- endmacro %}

{% macro weighted_digits(column) -%}
    (
        {% for place in range(1, 15) -%}
        {{ 3 if place % 2 else 1 }} * cast(substr(lpad({{ column }}, 14, '0'), {{ place }}, 1) as integer)
        {%- if not loop.last %} + {% endif %}
        {%- endfor %}
    )
{%- endmacro %}
