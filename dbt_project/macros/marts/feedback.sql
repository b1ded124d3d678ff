{# An instant as texts of messages spell it: whole seconds, UTC. #}
{% macro second_in_utc(instant) -%}
    to_char({{ instant }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
{%- endmacro %}

{# How many messages about a row's subject were confirmed. What has to be told again after that is a new episode. #}
{% macro times_confirmed(alias, subject_id) -%}
    (
        select count(*)
        from {{ ref('stg_ops_message_states') }} as earlier
        where
            earlier.target = {{ alias }}.target
            and earlier.operation = {{ alias }}.operation
            and earlier.subject_id = {{ alias }}.{{ subject_id }}
            and earlier.confirmed_at is not null
    )
{%- endmacro %}
