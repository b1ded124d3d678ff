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
