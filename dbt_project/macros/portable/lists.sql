{# The texts of a list in a document in JSON, as a relation with column `listed_value` for a cross join; nothing where there is none. #}
{% macro json_texts(document, name) -%}
    {{ return(adapter.dispatch('json_texts', 'tieout')(document, name)) }}
{%- endmacro %}

{% macro default__json_texts(document, name) -%}
    explode(from_json(get_json_object({{ document }}, '$.{{ name }}'), 'array<string>')) as listed (listed_value)
{%- endmacro %}

{% macro postgres__json_texts(document, name) -%}
    lateral jsonb_array_elements_text({{ document }}::jsonb -> '{{ name }}') as listed (listed_value)
{%- endmacro %}

{# The elements of an array of texts, as a relation with column `listed_value` for a cross join; nothing where it is empty. #}
{% macro each_text(texts) -%}
    {{ return(adapter.dispatch('each_text', 'tieout')(texts)) }}
{%- endmacro %}

{% macro default__each_text(texts) -%}
    explode({{ texts }}) as listed (listed_value)
{%- endmacro %}

{% macro postgres__each_text(texts) -%}
    lateral unnest({{ texts }}) as listed (listed_value)
{%- endmacro %}

{# The elements of an array of texts, each beside the number in its place of another array, as a relation for a cross join. #}
{% macro each_text_and_number(texts, numbers) -%}
    {{ return(adapter.dispatch('each_text_and_number', 'tieout')(texts, numbers)) }}
{%- endmacro %}

{% macro default__each_text_and_number(texts, numbers) -%}
    lateral (select inline(arrays_zip({{ texts }}, {{ numbers }}))) as listed (listed_value, listed_number)
{%- endmacro %}

{% macro postgres__each_text_and_number(texts, numbers) -%}
    lateral unnest({{ texts }}, {{ numbers }}) as listed (listed_value, listed_number)
{%- endmacro %}
