{# The day of an instant in an entity's time zone: days of KPIs begin there. #}
{% macro local_date(instant, time_zone) -%}
    ({{ instant }} at time zone {{ time_zone }})::date
{%- endmacro %}

{# Hours between two instants, as a decimal. #}
{% macro hours_between(earlier, later) -%}
    round(extract(epoch from {{ later }} - {{ earlier }})::numeric / 3600, 4)
{%- endmacro %}

{# Minutes between two instants, as a decimal. #}
{% macro minutes_between(earlier, later) -%}
    round(extract(epoch from {{ later }} - {{ earlier }})::numeric / 60, 4)
{%- endmacro %}

{# A percentage of two parts; null where there is nothing to divide by. #}
{% macro percentage(numerator, denominator) -%}
    round(({{ numerator }})::numeric * 100 / nullif(({{ denominator }})::numeric, 0), 4)::numeric(24, 4)
{%- endmacro %}

{#
    The percentile of a decimal as the smallest observation that at least that share of observations does not exceed.
    A value that was observed: the same at every level it is asked for, whatever the order of the rows.
#}
{% macro percentile(share, expression) -%}
    percentile_disc({{ share }}) within group (order by {{ expression }})
{%- endmacro %}

{# The columns that every calculation of a KPI gives, in the order of mart.kpi_value. #}
{% macro kpi_columns() -%}
    kpi, period, entity_id, dimension, dimension_value, currency, numerator, denominator, value, unit
{%- endmacro %}

{#
    The columns of a wide view over one KPI, named in its own words. BI tools sum the parts and divide.
#}
{% macro kpi_wide(kpi, numerator, value, denominator=none) -%}
with kpi_value as (
    select * from {{ ref('kpi_value') }}
    where kpi = '{{ kpi }}' and superseded_at is null
),

entity as (
    select * from {{ ref('dim_entity') }}
),

definition as (
    select * from {{ ref('kpi_definition') }}
    where kpi = '{{ kpi }}'
)

select
    kpi_value.period,
    kpi_value.entity_id,
    entity.name as entity_name,
    entity.entity_type,
    kpi_value.dimension,
    kpi_value.dimension_value,
    kpi_value.numerator as {{ numerator }},
    {%- if denominator is not none %}
    kpi_value.denominator as {{ denominator }},
    {%- endif %}
    {%- if value is not none %}
    kpi_value.value as {{ value }},
    {%- endif %}
    kpi_value.currency,
    definition.target,
    kpi_value.as_of
from kpi_value
cross join definition
left join entity on kpi_value.entity_id = entity.entity_id
{%- endmacro %}


{#
    A latency by day, month and all time, for each entity and for all of them. Each level is made from the facts:
    percentiles cannot be averaged.
#}
{% macro kpi_latency(fact, day, measure, unit, where='true') -%}
with fact as (
    select
        {{ day }} as day,
        date_trunc('month', {{ day }})::date as month,
        entity_id,
        {{ measure }} as measure
    from {{ ref(fact) }}
    where {{ measure }} is not null and {{ where }}
),

entity as (
    select * from {{ ref('dim_entity') }}
),

measured as (
    select
        case
            when grouping(day) = 0 then 'day'
            when grouping(month) = 0 then 'month'
            else 'all'
        end as level,
        coalesce(day, month) as period,
        coalesce(entity_id, 'ALL') as entity_id,
        count(*) as observations,
        round(avg(measure), 4) as mean,
        {{ percentile(0.5, 'measure') }} as p50,
        {{ percentile(0.95, 'measure') }} as p95
    from fact
    group by grouping sets ((day, entity_id), (day), (month, entity_id), (month), (entity_id), ())
)

select
    measured.level::text as level,
    measured.period,
    measured.entity_id::text as entity_id,
    entity.name as entity_name,
    entity.entity_type,
    measured.observations,
    measured.mean::numeric(24, 4) as mean_{{ unit }},
    measured.p50::numeric(24, 4) as p50_{{ unit }},
    measured.p95::numeric(24, 4) as p95_{{ unit }}
from measured
left join entity on measured.entity_id = entity.entity_id
where measured.observations > 0
{%- endmacro %}

{# The figures of a receipt's latency: its percentiles by day of receipt, for each entity and for all of them. #}
{% macro receipt_latency_figure(kpi, measure, unit) -%}
with receipt as (
    select * from {{ ref('fct_receipt_line') }}
    where kind = 'receipt' and {{ measure }} is not null
),

measured as (
    select
        received_date as period,
        coalesce(entity_id, 'ALL') as entity_id,
        count(*) as observations,
        {{ percentile(0.5, measure) }} as p50,
        {{ percentile(0.95, measure) }} as p95
    from receipt
    group by grouping sets ((received_date, entity_id), (received_date))
)

select
    '{{ kpi }}' as kpi,
    measured.period,
    measured.entity_id,
    'percentile' as dimension,
    cut.dimension_value,
    null::text as currency,
    null::numeric(24, 4) as numerator,
    measured.observations::numeric(24, 4) as denominator,
    cut.value::numeric(24, 4) as value,
    '{{ unit }}' as unit
from measured
cross join lateral (values ('p50', measured.p50), ('p95', measured.p95)) as cut (dimension_value, value)
{%- endmacro %}
