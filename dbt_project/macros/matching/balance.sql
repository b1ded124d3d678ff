{# The unit that the balance of an entity's period is judged by: its own name may be a document's as well. #}
{% macro books_unit(alias) -%}
    ('books:' || {{ alias }}.entity_id || ':' || {{ alias }}.period)
{%- endmacro %}

{# The month of an instant or day as ledgers name their periods, YYYY-MM; of an instant in UTC (payments, section 8). #}
{% macro ledger_period(instant) -%}
    substr(cast({{ utc_date(instant) }} as text), 1, 7)
{%- endmacro %}
