{#
    The canonical id that a row names in a column: our own records name others by it, those of a source by its keys.
    Args: the row's alias, the column.
#}
{% macro named_id(alias, column) -%}
case
        when {{ alias }}._source_system = 'tieout' then {{ alias }}.{{ column }}
        else {{ alias }}._source_system || ':' || {{ alias }}.{{ column }}
    end
{%- endmacro %}

{#
    Whether a staged row comes from the system of record of its entity for an interface object. Copies never win.
    Args: the row's alias, the interface object, the expression of the row's entity.
#}
{% macro from_system_of_record(alias, object, entity_id=none) -%}
exists (
        select 1
        from {{ ref('dim_system_of_record') }} as record_system
        where
            record_system.object = '{{ object }}'
            and record_system.role = 'record'
            and record_system.entity_id = {{ entity_id or alias ~ '.entity_id' }}
            and record_system.source_system = {{ alias }}._source_system
    )
{%- endmacro %}
