{#
    What a row takes of a pool that rows empty one after another in the order given, each at most `qty`
    (matching, section 3: returns and credits that name nothing; section 4: lines that name one receipt).
#}
{% macro taken_in_turn(qty, pool, partition, order) -%}
    greatest(
        0,
        least(
            {{ qty }},
            {{ pool }} - coalesce(
                sum({{ qty }}) over (
                    partition by {{ partition }}
                    order by {{ order }}
                    rows between unbounded preceding and 1 preceding
                ),
                0
            )
        )
    )
{%- endmacro %}
