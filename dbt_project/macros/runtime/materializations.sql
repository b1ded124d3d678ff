{#
    Three ways to keep a table. Each is one script to the server in one transaction; dbt's own incremental and table
    materialisations need some ten round trips for the same, which is what most of a small run's time would go to.

    touched    rows whose key is in the touched relation go, then come those that the model yields: a row that vanished
               upstream vanishes here as well, which a merge on the keys of the new rows would miss. The model says
               which by `meta.touched`: `relation`, a model that it refers to; `keys`, columns that both have, or a map
               from its own columns to the relation's; `since`, a column of the relation that must be new to this run.
               Where the relation holds several kinds, `meta.touched_kind` is the model's.
    rewritten  all rows go, then come those that the model yields; what depends on the table stays.
    appended   what the model yields is added; a full refresh leaves the table alone unless `full_refresh` is true.

    The first run and a full refresh make the table anew. PostgreSQL's: several statements in one call, statistics on
    demand, indexes of a part. `meta.analyze` asks for statistics after every run, not only after the table was made, of
    all columns or of those that it lists; an index's `where` leaves out rows that nobody looks for. `meta.directly` fills
    a rewritten table without a copy in between, for large ones that do not read themselves: who reads it waits longer.
#}
{% materialization touched, adapter='postgres' -%}
    {{ return(keep_table('touched')) }}
{%- endmaterialization %}

{% materialization rewritten, adapter='postgres' -%}
    {{ return(keep_table('rewritten')) }}
{%- endmaterialization %}

{% materialization appended, adapter='postgres' -%}
    {{ return(keep_table('appended')) }}
{%- endmaterialization %}

{% macro keep_table(way) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- set continued = continues() -%}
    {%- if continued -%}
        {%- call statement('main') -%}{{ continue_table(target, way) }}{%- endcall -%}
    {%- else -%}
        {%- if way == 'touched' -%}{%- do refuse_partial_table(target) -%}{%- endif -%}
        {#- dropped by dbt, so that it knows of the views that go with it -#}
        {%- if existing is not none -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
        {%- call statement('main') -%}{{ make_table(target) }}{%- endcall -%}
    {%- endif -%}
    {%- if config.get('meta', {}).get('analyze') or not continued -%}
        {%- call statement('analyze') -%}{{ take_statistics(target) }}{%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmacro %}

{# A third of the usual sample tells how rows are spread; wide tables cost as much to sample as to write. #}
{% macro take_statistics(target) -%}
    {%- set columns = config.get('meta', {}).get('analyze') %}
    set local default_statistics_target = 30;
    analyze {{ target }}{{ ' (' ~ columns | join(', ') ~ ')' if columns is iterable }}
{%- endmacro %}

{# A table that is made after the first run holds only what this run touches, unless everything is recomputed. #}
{% macro refuse_partial_table(target) -%}
    {%- if not flags.FULL_REFRESH -%}
        {%- set earlier = run_query("select " ~ previous_as_of() ~ " > '0001-01-02'") -%}
        {%- if earlier.rows[0][0] -%}
            {%- do exceptions.raise_compiler_error(
                target ~ " does not exist, but earlier runs do: run dbt once with --full-refresh to fill it."
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro make_table(target) -%}
    create table {{ target }} as (
        {{ sql }}
    )
    {%- for index in config.get('indexes', []) %};
    create {{ 'unique' if index.get('unique') }} index on {{ target }} ({{ index['columns'] | join(', ') }})
    {%- if index.get('where') %} where {{ index['where'] }}{% endif %}
    {%- endfor %}
{%- endmacro %}

{% macro continue_table(target, way) -%}
    {%- set yielded = target.identifier ~ '__yielded' -%}
    {%- set directly = way == 'rewritten' and config.get('meta', {}).get('directly', false) -%}
    create temporary table {{ yielded }} on commit drop as (
        {{ sql }}
    ){{ ' with no data' if directly }};
    do $same_columns$
    begin
        if (
            select string_agg(a.attname, ',' order by a.attnum)
            from pg_attribute as a
            where a.attrelid = '{{ yielded }}'::regclass and a.attnum > 0 and not a.attisdropped
        ) <> (
            select string_agg(a.attname, ',' order by a.attnum)
            from pg_attribute as a
            where a.attrelid = '{{ target }}'::regclass and a.attnum > 0 and not a.attisdropped
        ) then
            raise exception 'The columns of {{ target.identifier }} have changed: run dbt once with --full-refresh.';
        end if;
    end $same_columns$;
    {%- if way == 'touched' %}
    delete from {{ target }} where {{ is_touched() }};
    {%- elif way == 'rewritten' %}
    truncate {{ target }};
    {%- endif %}
    insert into {{ target }}
    {%- if directly %} (
        {{ sql }}
    )
    {%- else %} select * from {{ yielded }}
    {%- endif %}
{%- endmacro %}
