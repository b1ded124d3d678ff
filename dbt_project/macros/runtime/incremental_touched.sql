{#
    Incremental strategy `touched`: rows whose key is in the touched relation go, then come those that the model
    yields. A row that vanished upstream vanishes here as well, which a merge on the keys of the new rows would miss.

    A model says which by `meta.touched`: `relation`, a model that it refers to; `keys`, columns that both have, or a
    map from its own columns to the relation's; `since`, a column of the relation that must be new to this run. Where
    the relation holds several kinds, `meta.touched_kind` is the model's.
#}
{% macro get_incremental_touched_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ is_touched() }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{# Whether a row of the model that is being built is touched, by the same words for deleting and for selecting. #}
{% macro is_touched() -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- set keys = meta['touched']['keys'] -%}
    {%- set own = keys.keys() | list if keys is mapping else keys -%}
    {%- set theirs = keys.values() | list if keys is mapping else keys -%}
    ({{ own | join(', ') }}) in (
        select {{ theirs | join(', ') }} from {{ ref(meta['touched']['relation']) }}
        {%- if meta.get('touched_kind') %} where kind = '{{ meta["touched_kind"] }}'{% endif %}
        {%- if meta['touched'].get('since') %} where {{ meta['touched']['since'] }} > {{ previous_as_of() }}{% endif %}
    )
{%- endmacro %}
