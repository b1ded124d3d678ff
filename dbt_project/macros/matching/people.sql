{#
    The form in which logins are compared: case, blanks, what follows an @ and a domain before a backslash do not make two
    people of one (payments, section 3).
#}
{% macro login_of(name) -%}
    {%- set user = "split_part(" ~ name ~ ", '@', 1)" -%}
    lower(trim(coalesce(nullif(split_part({{ user }}, chr(92), 2), ''), {{ user }})))
{%- endmacro %}
