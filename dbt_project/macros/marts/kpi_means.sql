{#
    The figures of a time that something takes: its mean with the parts that it sums from, and percentiles, which are made
    from the facts for each entity and for all of them.
#}
{% macro mean_figure(kpi, fact, day, measure, unit, shares) -%}
with fact as (
    select * from {{ ref(fact) }}
    where {{ measure }} is not null
),

measured as (
    select
        {{ day }} as period,
        coalesce(entity_id, 'ALL') as entity_id,
        count(*)::numeric as observations,
        {%- for name, share in shares.items() %}
        {{ percentile(share, measure) }} as {{ name }},
        {%- endfor %}
        sum({{ measure }}) as total
    from fact
    group by grouping sets (({{ day }}, entity_id), ({{ day }}))
)

select
    '{{ kpi }}' as kpi,
    measured.period,
    measured.entity_id,
    cut.dimension,
    cut.dimension_value,
    null::text as currency,
    cut.numerator::numeric(24, 4) as numerator,
    measured.observations::numeric(24, 4) as denominator,
    cut.value::numeric(24, 4) as value,
    '{{ unit }}' as unit
from measured
cross join
    lateral (
        values
        {%- for name in shares %}
        ('percentile', '{{ name }}', null, measured.{{ name }}),
        {%- endfor %}
        ('all', 'all', measured.total, round(measured.total / measured.observations, 4))
    ) as cut (dimension, dimension_value, numerator, value)
where not (measured.entity_id = 'ALL' and cut.dimension = 'all')
{%- endmacro %}
