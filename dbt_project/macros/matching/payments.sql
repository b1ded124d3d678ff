{#
    Common table expression `<name>_policy`: the payment policy of each entity_id and currency of the relation `name`, valid
    on the as-of's day: of those that fit the most specific (payments, section 1).
#}
{% macro choose_payment_policy(name) -%}
{{ name }}_policy as {{ kept() }} (
    select ranked.*
    from (
        select
            asked.entity_id as for_entity_id,
            asked.currency as for_currency,
            p.*,
            row_number() over (
                partition by asked.entity_id, asked.currency
                order by p.specificity desc, {{ by_code_point('p.policy_id') }}
            ) as preference
        from (
            select distinct
                entity_id,
                currency
            from {{ name }}
        ) as asked
        inner join {{ ref('int_payment_policies') }} as p
            on
                p.entity_id in ('', asked.entity_id)
                and p.currency in ('', asked.currency)
                and {{ utc_date(as_of()) }} between p.valid_from and p.valid_to
    ) as ranked
    where ranked.preference <= 1
)
{%- endmacro %}

{% macro join_payment_policy(name, alias) -%}
left join {{ name }}_policy as policy
        on {{ alias }}.entity_id = policy.for_entity_id and {{ alias }}.currency = policy.for_currency
{%- endmacro %}

{#
    Whether a discount yields at least a percentage a year: what is saved, of what is paid, for the days by which one pays
    earlier; by multiplication, so that the edge is exact. A discount that costs no day is always worth it.
#}
{% macro discount_pays(discount_pct, days, minimum_pct) -%}
    coalesce(
        {{ discount_pct }} * 36500 >= {{ minimum_pct }} * (100 - {{ discount_pct }}) * greatest({{ days }}, 0), false
    )
{%- endmacro %}

{# Whether a day is within the cooling period after a change; the last day is within. #}
{% macro is_cooling(changed_at, cooling_days) -%}
    coalesce({{ utc_date(as_of()) }} - {{ utc_date(changed_at) }} <= {{ cooling_days }}, false)
{%- endmacro %}

{# What became of a vendor's account, and when: it changed, or came with a new number of a vendor who was known before. #}
{% macro changed_how(account) -%}
    case
        when {{ account }}.known_as is null then ' changed on ' || {{ utc_date(account ~ '.changed_at') }}
        else
            ' came on ' || {{ utc_date(account ~ '.changed_at') }} || ' with the new number ' || {{ account }}.vendor_id
            || ' of a vendor known as ' || {{ account }}.known_as
    end
{%- endmacro %}

{# Whether an invoice of a verdict may be paid: nothing stands against it, and it waits for nothing. #}
{% macro verdict_may_be_paid(verdict) -%}
    coalesce({{ verdict }} in ('matched', 'matched_in_tolerance', 'released', 'credited', 'not_applicable'), false)
{%- endmacro %}

{# What is asked of every payment, and what of our proposals only (payments, section 2). #}
{% macro payment_controls(of) -%}
    {{ return({
        'live': [
            'NO_POLICY', 'ACCOUNT_INVALID', 'ACCOUNT_REFUSED', 'BANK_DETAIL_CHANGED', 'SCREENING_HIT',
            'VENDOR_INACTIVE', 'DUPLICATE_PAYMENT', 'INVOICE_HELD', 'AMOUNT_DIFFERS', 'PAYMENT_LIMIT',
        ],
        'proposal': ['NO_PAYING_ACCOUNT', 'NO_BANK_ACCOUNT', 'BATCH_LIMIT'],
    }[of]) }}
{%- endmacro %}
