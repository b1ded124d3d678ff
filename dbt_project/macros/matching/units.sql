{# A rational in words: 12, or 1/12. #}
{% macro rational_in_words(numerator, denominator) -%}
    {{ plain(numerator) }} || case when {{ denominator }} = 1 then '' else '/' || {{ plain(denominator) }} end
{%- endmacro %}

{#
    A quantity in base units, rounded once, half away from zero, to six decimals. Thirty decimals of the exact quotient
    decide every tie (see quotient); nearly all packs need none.
#}
{% macro in_base_units(qty, numerator, denominator) -%}
    (
        case
            when {{ denominator }} = 1 then round({{ qty }} * {{ numerator }}, 6)
            else {{ exact_quotient(qty ~ ' * ' ~ numerator, denominator, 6) }}
        end
    )::numeric(18, 6)
{%- endmacro %}

{# A price for one base unit, from that for one pack. #}
{% macro per_base_unit(price, numerator, denominator) -%}
    {{ quotient(price ~ ' * ' ~ denominator, numerator) }}
{%- endmacro %}

{#
    Whether no pack holds so much or so little: a thousand million base units or a part of one, or a factor of more
    than fifteen digits, which quantities and prices could not be multiplied by exactly.
#}
{% macro is_absurd_pack(numerator, denominator) -%}
    (
        {{ numerator }} > {{ denominator }} * 1000000000
        or {{ denominator }} > {{ numerator }} * 1000000000
        or greatest({{ numerator }}, {{ denominator }}) >= 1000000000000000
    )
{%- endmacro %}
