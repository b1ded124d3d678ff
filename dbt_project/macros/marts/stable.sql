{#
    A view that stays in place. dbt's own view is dropped and made anew, and with it go the views that stand on it;
    people who read the marts would find them missing while a build runs, or after one that failed.
    A view whose text and contract did not change is left alone; its comment tells. Only where columns changed in a
    way that a view cannot follow is it dropped, and those on it with it: they are built after it in the same run.
#}
{% materialization stable_view, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- set mark = model.description ~ ' (version ' ~ local_md5(sql ~ model.contract.checksum) ~ ')' -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and not existing.is_view -%}
        {{ adapter.drop_relation(existing) }}
    {%- endif -%}

    {% if comment_of(target) == mark %}
        {% call statement('main') -%}
        select 1 as unchanged
        {%- endcall %}
    {% else %}
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
        comment on view {{ target }} is $mark${{ mark }}$mark$
        {%- endcall %}
    {% endif %}

    {% do apply_grants(target, config.get('grants'), should_revoke=True) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#
    A small table that stays in place: emptied and filled within one transaction, so that readers see the old rows
    until the new ones are there, and the views on it stay. It is made anew where its text or contract changed, which
    its comment tells.
#}
{% materialization stable_table, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set mark = model.description ~ ' (version ' ~ local_md5(sql ~ model.contract.checksum) ~ ')' -%}
    {%- set columns = get_quoted_csv(model.columns.values() | map(attribute='name') | list) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and (should_full_refresh() or not existing.is_table) -%}
        {{ adapter.drop_relation(existing) }}
    {%- endif -%}

    {%- set is_new = comment_of(target) != mark -%}

    {% call statement('main') -%}
        {%- if is_new %}
        {{ get_assert_columns_equivalent(sql) }}
        drop table if exists {{ target }} cascade;
        create table {{ target }} {{ get_table_columns_and_constraints() }};
        comment on table {{ target }} is $mark${{ mark }}$mark$;
        {%- endif %}
        delete from {{ target }};
        insert into {{ target }} ({{ columns }})
        {{ get_select_subquery(sql) }}
    {%- endcall %}

    {% do apply_grants(target, config.get('grants'), should_revoke=True) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# The comment of a relation, null where there is none: one look instead of making what is there already. #}
{% macro comment_of(relation) -%}
    {%- set found = run_query("select obj_description(to_regclass('" ~ relation ~ "'), 'pg_class')") -%}
    {{ return(found.columns[0].values()[0]) }}
{%- endmacro %}
