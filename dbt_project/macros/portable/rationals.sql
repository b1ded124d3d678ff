{# The packs' rationals are whole numbers in numeric columns, so that factors multiply without rounding. #}
{% macro whole(number) -%}
    {{ return(adapter.dispatch('whole', 'tieout')(number)) }}
{%- endmacro %}

{% macro default__whole(number) -%}
    cast({{ number }} as decimal(38, 0))
{%- endmacro %}

{# Without a limit of digits: what is too large is refused, and must not end the run before that. #}
{% macro postgres__whole(number) -%}
    trunc({{ number }})
{%- endmacro %}

{# The greatest whole number that divides both. An engine without the function has it registered under this name. #}
{% macro common_divisor(a, b) -%}
    gcd({{ a }}, {{ b }})
{%- endmacro %}

{#
    One side, `numerator` or `denominator`, of a pack's factor to the base unit. `u` is a row of int_item_units; where
    packs of its item differ between entities or vendors, the row for this entity and vendor counts.
#}
{% macro pack(side, u, entity, vendor) -%}
    {{ return(adapter.dispatch('pack', 'tieout')(side, u, entity, vendor)) }}
{%- endmacro %}

{% macro default__pack(side, u, entity, vendor) -%}
    case
        when {{ u }}.is_scoped then (
            select max_by(p.{{ side }}, p.specificity)
            from {{ ref('int_item_packs') }} as p
            where
                p.item_key = {{ u }}.item_key
                and p.unit = {{ u }}.unit
                and p.entity_id in ('', {{ entity }})
                and p.vendor_key in ('', {{ vendor }})
        )
        else {{ u }}.{{ side }}
    end
{%- endmacro %}

{# PostgreSQL has no max_by. The subquery runs for scoped packs only. #}
{% macro postgres__pack(side, u, entity, vendor) -%}
    case
        when {{ u }}.is_scoped then (
            select p.{{ side }}
            from {{ ref('int_item_packs') }} as p
            where
                p.item_key = {{ u }}.item_key
                and p.unit = {{ u }}.unit
                and p.entity_id in ('', {{ entity }})
                and p.vendor_key in ('', {{ vendor }})
            order by p.specificity desc
            limit 1
        )
        else {{ u }}.{{ side }}
    end
{%- endmacro %}
