{#
    A quotient, rounded once, half away from zero, to a price's ten decimals. Thirty decimals of the exact quotient
    decide every tie of decimals as wide as ours (20 and 18 digits), so that rounding them is rounding once.
    PostgreSQL gives a quotient as many decimals as its wider operand has.
#}
{% macro quotient(numerator, denominator) -%}
    {{ return(adapter.dispatch('quotient', 'tieout')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__quotient(numerator, denominator) -%}
    cast(round(({{ numerator }}) / ({{ denominator }}), 10) as decimal(19, 10))
{%- endmacro %}

{% macro postgres__quotient(numerator, denominator) -%}
    {{ exact_quotient(numerator, denominator, 10) }}::numeric(19, 10)
{%- endmacro %}

{# A quotient, rounded once to some decimals. #}
{% macro exact_quotient(numerator, denominator, decimals) -%}
    {{ return(adapter.dispatch('exact_quotient', 'tieout')(numerator, denominator, decimals)) }}
{%- endmacro %}

{% macro default__exact_quotient(numerator, denominator, decimals) -%}
    round(({{ numerator }}) / nullif({{ denominator }}, 0), {{ decimals }})
{%- endmacro %}

{% macro postgres__exact_quotient(numerator, denominator, decimals) -%}
    round(({{ numerator }})::numeric(60, 30) / nullif({{ denominator }}, 0), {{ decimals }})
{%- endmacro %}

{# Text that compares by code point, whatever the database's language. Other engines compare so anyway. #}
{% macro by_code_point(column) -%}
    {{ return(adapter.dispatch('by_code_point', 'tieout')(column)) }}
{%- endmacro %}

{% macro default__by_code_point(column) -%}
    {{ column }}
{%- endmacro %}

{% macro postgres__by_code_point(column) -%}
    {{ column }} collate "C"
{%- endmacro %}

{#
    The first of a group's texts by code point, or of a window's, which `over` says. PostgreSQL's column would keep the
    collation of the comparison, and no index of a column without it would serve a join with that.
#}
{% macro first_text(expression, over='') -%}
    {{ return(adapter.dispatch('first_text', 'tieout')(expression, over)) }}
{%- endmacro %}

{% macro default__first_text(expression, over) -%}
    min({{ expression }}){{ ' over (' ~ over ~ ')' if over }}
{%- endmacro %}

{% macro postgres__first_text(expression, over) -%}
    (min(({{ expression }}) collate "C"){{ ' over (' ~ over ~ ')' if over }}) collate "default"
{%- endmacro %}

{# The UTC date of an instant. PostgreSQL's cast would take the session's time zone. #}
{% macro utc_date(instant) -%}
    {{ return(adapter.dispatch('utc_date', 'tieout')(instant)) }}
{%- endmacro %}

{% macro default__utc_date(instant) -%}
    cast(to_utc_timestamp({{ instant }}, current_timezone()) as date)
{%- endmacro %}

{% macro postgres__utc_date(instant) -%}
    ({{ instant }} at time zone 'UTC')::date
{%- endmacro %}

{# The instant at which a date begins in UTC. #}
{% macro utc_midnight(day) -%}
    {{ return(adapter.dispatch('utc_midnight', 'tieout')(day)) }}
{%- endmacro %}

{% macro default__utc_midnight(day) -%}
    from_utc_timestamp(cast({{ day }} as timestamp), current_timezone())
{%- endmacro %}

{% macro postgres__utc_midnight(day) -%}
    (({{ day }})::timestamp at time zone 'UTC')
{%- endmacro %}

{# An instant some hours later. #}
{% macro hours_after(instant, hours) -%}
    {{ return(adapter.dispatch('hours_after', 'tieout')(instant, hours)) }}
{%- endmacro %}

{% macro default__hours_after(instant, hours) -%}
    {{ instant }} + make_interval(0, 0, 0, 0, 0, 0, {{ hours }} * 3600)
{%- endmacro %}

{% macro postgres__hours_after(instant, hours) -%}
    ({{ instant }} + ({{ hours }})::double precision * interval '1 hour')
{%- endmacro %}

{# A decimal as people write it, without zeros at its end. #}
{% macro plain(number) -%}
    {{ return(adapter.dispatch('plain', 'tieout')(number)) }}
{%- endmacro %}

{% macro default__plain(number) -%}
    cast({{ number }} as string)
{%- endmacro %}

{% macro postgres__plain(number) -%}
    trim_scale({{ number }})::text
{%- endmacro %}

{# An amount of money as people write it: cents always, and more where it has more. min_scale is PostgreSQL's. #}
{% macro money(amount) -%}
    {{ return(adapter.dispatch('money', 'tieout')(amount)) }}
{%- endmacro %}

{% macro default__money(amount) -%}
    cast(cast({{ amount }} as decimal(20, 2)) as string)
{%- endmacro %}

{% macro postgres__money(amount) -%}
    round({{ amount }}, greatest(2, min_scale({{ amount }})))::text
{%- endmacro %}

{# Texts of a group in order of code points, joined by commas or another text of SQL. string_agg is PostgreSQL's. #}
{% macro joined(expression, separator="', '") -%}
    {{ return(adapter.dispatch('joined', 'tieout')(expression, separator)) }}
{%- endmacro %}

{% macro default__joined(expression, separator) -%}
    array_join(sort_array(collect_list({{ expression }})), {{ separator }})
{%- endmacro %}

{% macro postgres__joined(expression, separator) -%}
    string_agg({{ expression }}, {{ separator }} order by {{ expression }} collate "C")
{%- endmacro %}

{# An instant for people, to the minute, in UTC. #}
{% macro minute_in_words(instant) -%}
    {{ return(adapter.dispatch('minute_in_words', 'tieout')(instant)) }}
{%- endmacro %}

{% macro default__minute_in_words(instant) -%}
    date_format({{ instant }}, 'yyyy-MM-dd HH:mm')
{%- endmacro %}

{% macro postgres__minute_in_words(instant) -%}
    to_char({{ instant }} at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
{%- endmacro %}

{# Whole days between two instants, to the second: instants at which things become known are microseconds apart. #}
{% macro whole_days(since, until) -%}
    {{ return(adapter.dispatch('whole_days', 'tieout')(since, until)) }}
{%- endmacro %}

{% macro default__whole_days(since, until) -%}
    cast(floor((unix_timestamp({{ until }}) - unix_timestamp({{ since }})) / 86400) as integer)
{%- endmacro %}

{% macro postgres__whole_days(since, until) -%}
    floor(
        extract(epoch from date_trunc('second', {{ until }}) - date_trunc('second', {{ since }})) / 86400
    )::integer
{%- endmacro %}
