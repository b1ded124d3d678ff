{#
    The moment that this run knows everything up to. It is fixed in ops.run when the run starts and read from there
    in SQL, because a dbt variable that changes would force a full parse; the variable only overrides it for a rebuild.
    Between runs it is the last run's.
#}
{% macro as_of() -%}
    {%- if var('as_of', none) -%}
    '{{ var("as_of") }}'::timestamptz
    {%- else -%}
    (select o.as_of from ops.run as o order by (o.state = 'running') desc, o.as_of desc, o.started_at desc limit 1)
    {%- endif -%}
{%- endmacro %}

{# The as-of of the last run that succeeded: what became known after it is new. Before the first run: all is new. #}
{% macro previous_as_of() -%}
    {%- if var('previous_as_of', none) -%}
    '{{ var("previous_as_of") }}'::timestamptz
    {%- elif var('as_of', none) -%}
    '0001-01-01T00:00:00+00:00'::timestamptz
    {%- else -%}
    coalesce(
        (select o.previous_as_of from ops.run as o where o.state = 'running'),
        '0001-01-01T00:00:00+00:00'::timestamptz
    )
    {%- endif -%}
{%- endmacro %}

{# The run that is under way, for the logs. #}
{% macro run_id() -%}
    {%- if var('as_of', none) -%}
    'rebuild'
    {%- else -%}
    coalesce((select o.run_id from ops.run as o where o.state = 'running'), 'manual')
    {%- endif -%}
{%- endmacro %}

{# Whether an instant lies in the time that this run adds: (previous as-of, as-of]. #}
{% macro is_new(instant) -%}
    {{ instant }} > {{ previous_as_of() }} and {{ instant }} <= {{ as_of() }}
{%- endmacro %}

{# Whether models compute what is touched only. A full refresh computes everything, and touches nothing. #}
{% macro only_touched() -%}
    {{ return(not flags.FULL_REFRESH) }}
{%- endmacro %}

{#
    What another model held when this run began, before it is built again: the run's own past, which is not a
    dependency. None before the first run, and in a full refresh, where nothing is taken over.
#}
{% macro before(model) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set nodes = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
            | selectattr('name', 'equalto', model) | list -%}
        {{ return(adapter.get_relation(nodes[0].database, nodes[0].schema, nodes[0].alias)) }}
    {%- else -%}
        {{ return(none) }}
    {%- endif -%}
{%- endmacro %}

{# Whether the model that is being built adds to a table that stands, rather than making it anew. #}
{% macro continues() -%}
    {%- if execute -%}
        {%- set existing = load_cached_relation(this) -%}
        {{ return(existing is not none and existing.is_table and not should_full_refresh()) }}
    {%- else -%}
        {{ return(false) }}
    {%- endif -%}
{%- endmacro %}

{# Whether a row of the table that is being kept is touched. #}
{% macro is_touched() -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- set touched = meta['touched'] -%}
    {%- set own = touched['keys'].keys() | list if touched['keys'] is mapping else touched['keys'] -%}
    {%- set theirs = touched['keys'].values() | list if touched['keys'] is mapping else touched['keys'] -%}
    ({{ own | join(', ') }}) in (
        select {{ theirs | join(', ') }}
        from {{ ref(touched['relation']) }}
        where
            true
            {%- if meta.get('touched_kind') %}
            and kind = '{{ meta["touched_kind"] }}'
            {%- endif %}
            {%- if touched.get('since') %}
            and {{ touched['since'] }} > {{ previous_as_of() }}
            {%- endif %}
    )
{%- endmacro %}
