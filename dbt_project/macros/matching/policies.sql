{# The limits of a policy row (matching, section 5). #}
{% macro policy_limits() -%}
    {{ return([
        'price_over_pct', 'price_over_amount', 'price_under_pct', 'price_under_amount',
        'qty_ordered_over_pct', 'qty_ordered_over_qty', 'qty_received_over_pct', 'qty_received_over_qty',
        'tax_over_pct', 'tax_over_amount', 'tax_under_pct', 'tax_under_amount',
        'freight_over_pct', 'freight_over_amount', 'freight_under_pct', 'freight_under_amount',
        'other_over_pct', 'other_over_amount', 'other_under_pct', 'other_under_amount',
        'header_over_pct', 'header_over_amount', 'header_under_pct', 'header_under_amount',
        'total_amount', 'stock_pct', 'stock_qty', 'early_days', 'late_days',
    ]) }}
{%- endmacro %}

{# The limit that is a pair with another: percent and absolute. None where a limit stands alone. #}
{% macro partner_of(limit) -%}
    {%- if limit == 'total_amount' or limit.endswith('_days') -%}
        {{ return(none) }}
    {%- elif limit.endswith('_pct') -%}
        {%- set is_quantity = limit.startswith('qty_') or limit.startswith('stock_') -%}
        {{ return(limit.removesuffix('_pct') ~ ('_qty' if is_quantity else '_amount')) }}
    {%- else -%}
        {{ return(limit.rsplit('_', 1)[0] ~ '_pct') }}
    {%- endif -%}
{%- endmacro %}

{# The columns that a policy's scope may name. #}
{% macro scope_columns() -%}
    {{ return(['entity_id', 'vendor_key', 'item_category', 'match_type', 'currency']) }}
{%- endmacro %}

{# Columns of a relation, for a select or a group. #}
{% macro prefixed(columns, alias) -%}
    {%- for column in columns -%}{{ alias }}.{{ column }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{# Whether two policies have the same scope. #}
{% macro same_scope(one, other) -%}
    {%- for column in scope_columns() -%}
    {{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#
    The scope of a row as columns `<column>_scope`, joined by join_scope: what some policy names, else blank, so that
    scopes are few. `called` names the row's columns where they are called otherwise.
#}
{% macro scope_of_row() -%}
    {%- for column in scope_columns() -%}
    coalesce(named_{{ column }}.value, '') as {{ column }}_scope{{ ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro join_scope(alias, called={}) -%}
    {%- for column in scope_columns() %}
    left join (
        select distinct {{ column }} as value
        from {{ ref('int_policies') }}
        where {{ column }} <> ''
    ) as named_{{ column }} on {{ alias }}.{{ called.get(column, column) }} = named_{{ column }}.value
    {%- endfor %}
{%- endmacro %}

{#
    Common table expressions that choose the policy row for each row of a relation `name` with entity_id, vendor_key,
    item_category, match_type, currency and policy_date (matching, section 5). Gives `<name>_scoped`, the relation with
    its scope, and `<name>_policy`; join them by join_policy().
#}
{% macro choose_policy(name, called={}) -%}
{{ name }}_scoped as (
    select
        s.*,
        {{ scope_of_row() }}
    from {{ name }} as s
    {{ join_scope('s', called) }}
),

{{ choose_policy_by_scope(name, name ~ '_scoped') }}
{%- endmacro %}

{#
    The same for a relation that has its scope already: `<name>_policy`, the most specific policy that fits each scope
    and policy_date, one row per scope that a policy fits.
#}
{% macro choose_policy_by_scope(name, relation) -%}
{%- set columns = scope_columns() -%}
{{ name }}_scope as (
    select distinct
        {%- for column in columns %}
        {{ column }}_scope,
        {%- endfor %}
        policy_date
    from {{ relation }}
),

-- Policies of the row's vendor, and those of any: joined by equality, for there may be one for each vendor.
{{ name }}_asked as (
    select
        scope.*,
        scope.vendor_key_scope as vendor_key
    from {{ name }}_scope as scope
    where scope.vendor_key_scope <> ''
    union all
    select
        scope.*,
        '' as vendor_key
    from {{ name }}_scope as scope
),

{{ name }}_policy as {{ kept() }} (
    select ranked.*
    from (
        select
            {%- for column in columns %}
            asked.{{ column }}_scope,
            {%- endfor %}
            asked.policy_date,
            p.policy_id,
            p.policy_hash,
            {%- for limit in policy_limits() %}
            p.{{ limit }},
            {%- endfor %}
            p.price_under_blocks,
            p.amount_under_blocks,
            p.tax_blocks,
            p.charge_blocks,
            p.receipt_grace_days,
            p.po_grace_hours,
            row_number() over (
                partition by
                    {%- for column in columns %}
                    asked.{{ column }}_scope,
                    {%- endfor %}
                    asked.policy_date
                order by p.specificity desc, {{ by_code_point('p.policy_id') }}
            ) as preference
        from {{ name }}_asked as asked
        inner join {{ ref('int_policies') }} as p
            on
                asked.vendor_key = p.vendor_key
                and asked.policy_date between p.valid_from and p.valid_to
                {%- for column in columns if column != 'vendor_key' %}
                and p.{{ column }} in ('', asked.{{ column }}_scope)
                {%- endfor %}
    ) as ranked
    where ranked.preference <= 1
)
{%- endmacro %}

{% macro join_policy(name, alias) -%}
left join {{ name }}_policy as policy
        on
            {%- for column in scope_columns() %}
            {{ alias }}.{{ column }}_scope = policy.{{ column }}_scope and
            {%- endfor %}
            {{ alias }}.policy_date = policy.policy_date
{%- endmacro %}

{# The limits that an invoice line is measured by. #}
{% macro line_limits() -%}
    {{ return([
        'price_over_pct', 'price_over_amount', 'price_under_pct', 'price_under_amount',
        'qty_ordered_over_pct', 'qty_ordered_over_qty', 'qty_received_over_pct', 'qty_received_over_qty',
    ]) }}
{%- endmacro %}

{# A limit of the chosen policy; where no row fits, nothing is allowed. A row's null does not limit. #}
{% macro chosen_limit(column) -%}
    case when policy.policy_id is null then 0 else policy.{{ column }} end as {{ column }}
{%- endmacro %}

{# Whether a difference exceeds a percentage of a base or an amount, each unless it is null; by multiplication. #}
{% macro exceeds(difference, pct, base, cumulative, amount) -%}
    (
        coalesce({{ difference }} * 100 > {{ pct }} * {{ base }}, false)
        or coalesce({{ cumulative }} > {{ amount }}, false)
    )
{%- endmacro %}

{# Two limits in words; `of` says what an amount of money is of, and is empty for a quantity. #}
{% macro limits_in_words(pct, amount, of) -%}
    case
        when {{ pct }} is null and {{ amount }} is null then 'unlimited'
        else concat_ws(' or ', {{ plain(pct) }} || ' %', {{ 'round(' ~ amount ~ ', 2)::text' if of else plain(amount) }} || '{{ of }}')
    end
{%- endmacro %}
