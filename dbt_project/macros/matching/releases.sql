{#
    Whether a person's release covers what stands now: facts that are not worse than those it carries
    (exceptions, first paragraphs). `worse` says in which direction a code's figure gets worse: higher, lower, farther
    (from zero), or other: any other text is another fact. A release that carries no figure covers what it names.
#}
{% macro release_covers(actual, released, worse) -%}
    (
        {{ released }} is null
        or ({{ worse }} = 'other' and {{ actual }} = {{ released }})
        or (
            {{ worse }} <> 'other'
            and (
                {{ to_number(released) }} is null
                or ({{ worse }} = 'higher' and {{ to_number(actual) }} <= {{ to_number(released) }})
                or ({{ worse }} = 'lower' and {{ to_number(actual) }} >= {{ to_number(released) }})
                or ({{ worse }} = 'farther' and abs({{ to_number(actual) }}) <= abs({{ to_number(released) }}))
            )
        )
    )
{%- endmacro %}
