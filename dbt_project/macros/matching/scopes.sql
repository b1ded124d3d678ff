{#
    The weight of a row by its scope: the most non-blank columns win; of equally many, those that name the earlier
    columns of the list. A column's 64 outweighs all the places together, for up to six columns.
#}
{% macro specificity(columns) -%}
    (
        {%- for column in columns %}
        case when {{ column }} is not null and {{ column }} <> '' then {{ 64 + 2 ** (columns | length - loop.index) }} else 0 end
        {%- if not loop.last %} + {% endif %}
        {%- endfor %}
    )::integer
{%- endmacro %}

{#
    A limit as a number, or null where it does not limit: `unlimited`, or blank beside a given partner. Blank beside a
    blank partner, or alone, is zero (matching, section 5).
#}
{% macro limit_of(column, partner=none) -%}
    case
        when {{ column }} = 'unlimited' then null
        when {{ column }} is not null then {{ column }}::numeric(24, 10)
        {%- if partner is not none %}
        when {{ partner }} is not null then null
        {%- endif %}
        else 0
    end
{%- endmacro %}
