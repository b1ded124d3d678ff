{# Verdicts from worst to best (matching, section 6). #}
{% macro verdicts() -%}
    {{ return([
        'exception', 'awaiting_po', 'awaiting_receipt', 'released',
        'matched_in_tolerance', 'matched', 'credited', 'not_applicable',
    ]) }}
{%- endmacro %}

{# Verdicts with which an invoice may be paid. #}
{% macro paying_verdicts() -%}
    ('matched', 'matched_in_tolerance', 'released', 'credited', 'not_applicable')
{%- endmacro %}

{# The place of a verdict among them, 1 being the worst. #}
{% macro verdict_rank(verdict) -%}
    case {{ verdict }}
        {%- for one in verdicts() %} when '{{ one }}' then {{ loop.index }}{% endfor %} end
{%- endmacro %}
