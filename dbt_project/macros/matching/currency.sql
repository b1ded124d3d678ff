{#
    Common table expression `<name>_rate`: for each entity_id, currency and invoice_date of the relation `name`, and each
    currency that rates lead to, the rate of the latest day on or before the invoice date and not more than 7 days older
    (matching, section 5). Without such a day there is no row; a rate the other way round is not used.
#}
{% macro find_rates(name) -%}
{{ name }}_rate as (
    select
        ranked.entity_id,
        ranked.from_currency,
        ranked.to_currency,
        ranked.invoice_date,
        ranked.rate
    from (
        select
            asked.invoice_date,
            r.*,
            row_number() over (
                partition by asked.entity_id, asked.currency, asked.invoice_date, r.to_currency
                order by r.rate_date desc, r.recency asc
            ) as preference
        from (
            select distinct
                entity_id,
                currency,
                invoice_date
            from {{ name }}
        ) as asked
        inner join {{ ref('int_fx_rates') }} as r
            on
                asked.entity_id = r.entity_id
                and asked.currency = r.from_currency
                and r.rate_date between asked.invoice_date - 7 and asked.invoice_date
    ) as ranked
    where ranked.preference <= 1
)
{%- endmacro %}

{# Joins by find_rates the rate from a document's currency to another: of 1 where they are the same. #}
{% macro join_rate(name, document, to_currency) -%}
left join {{ name }}_rate as rate
        on
            {{ document }}.currency <> {{ to_currency }}
            and {{ document }}.entity_id = rate.entity_id
            and {{ document }}.currency = rate.from_currency
            and {{ to_currency }} = rate.to_currency
            and {{ document }}.invoice_date = rate.invoice_date
{%- endmacro %}

{# Units of the other currency per unit of the document's, as joined by join_rate; null where no rate is known. #}
{% macro joined_rate(document, to_currency) -%}
    case when {{ document }}.currency = {{ to_currency }} then 1::numeric(19, 10) else rate.rate end
{%- endmacro %}

{# What a finding puts at risk in its invoice's currency; of a finding on a line, `line` is that line. #}
{% macro at_risk_of_invoice(finding, line) -%}
    case
        when {{ finding }}.currency = {{ line }}.currency or {{ line }}.fx_rate is null then {{ finding }}.amount_at_risk
        else round({{ finding }}.amount_at_risk / {{ line }}.fx_rate, 2)
    end
{%- endmacro %}
