{#
    A view that stays in place. dbt's own view is dropped and made anew, and with it go the views that stand on it;
    people who read the marts would find them missing while a build runs, or after one that failed.
    Only where columns changed in a way that a view cannot follow is it dropped, and those on it with it: they are
    built after it in the same run.
#}
{% materialization mart_view, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and not existing.is_view -%}
        {{ adapter.drop_relation(existing) }}
    {%- endif -%}

    {% call statement('main') -%}
        {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
        do $do$
        begin
            execute $view$create or replace view {{ target }} as (
                {{ sql }}
            )$view$;
        exception when invalid_table_definition then
            execute 'drop view {{ target }} cascade';
            execute $view$create view {{ target }} as (
                {{ sql }}
            )$view$;
        end $do$;
    {%- endcall %}

    {% do apply_grants(target, config.get('grants'), should_revoke=True) %}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#
    Incremental strategy `refill`: a small table is emptied and filled within one transaction. Readers see the old
    rows until the new ones are there, and the views on it stay.
#}
{% macro get_incremental_refill_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
