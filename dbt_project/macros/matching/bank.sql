{#
    What an entry says of a payment, in the payment's currency (payments, section 6): the entry's amount without the charges in
    it, unless the amount with them is the payment's own; the original amount where the entry is in another currency. Null
    where the bank does not say it. `e` is a row of match_bank_entry, `p` has amount and currency.
#}
{% macro bank_amount(e, p) -%}
    case
        when {{ e }}.currency = {{ p }}.currency and {{ e }}.gross_amount = {{ p }}.amount then {{ e }}.gross_amount
        when {{ e }}.currency = {{ p }}.currency then {{ e }}.net_amount
        when {{ e }}.original_currency = {{ p }}.currency then {{ e }}.original_amount
    end
{%- endmacro %}

{# The charges that are within the entry, in its own currency. #}
{% macro bank_fee(e, p) -%}
    case
        when {{ e }}.currency = {{ p }}.currency and {{ e }}.gross_amount = {{ p }}.amount then 0
        else {{ e }}.charges_amount
    end
{%- endmacro %}

{# The order in which entries take from a payment: as they were booked. #}
{% macro booking_order(e) -%}
    {{ e }}.booking_date, {{ by_code_point(e ~ '.bank_entry_id') }}
{%- endmacro %}

{# Whether an entry and a payment may belong together where a reference is unique to an account only. #}
{% macro same_payer(e, p) -%}
    ({{ e }}.entity_id is null or {{ e }}.entity_id = {{ p }}.entity_id)
{%- endmacro %}

{# Codes of findings that depend on the day, and on more than their unit's own records: looked at again while they stand. #}
{% macro codes_of_the_day() -%}
    ('BANK_DETAIL_CHANGED', 'SCREENING_HIT', 'PAYMENT_RETURNED', 'PAYMENT_UNCONFIRMED', 'BANK_ENTRY_UNMATCHED')
{%- endmacro %}

{# Days after its order within which an entry without a reference is taken for a payment; a cheque may be cashed for six months. #}
{% macro bank_days(p) -%}
    case when {{ p }}.kind = 'back' then 60 when {{ p }}.method = 'cheque' then 180 else 10 end
{%- endmacro %}

{# The name of a rung of the ladder. #}
{% macro rung_in_words(rung) -%}
    case {{ rung }}
        when 0 then 'decision'
        when 1 then 'end_to_end_id'
        when 2 then 'bank_reference'
        when 3 then 'group'
        when 4 then 'structured_ref'
        when 5 then 'amount_date_party'
    end
{%- endmacro %}

{#
    Entries with the payments that they name, all that is weighed of the two. `tie` is the condition on `payment`; what
    else it looks at is a relation by bank_entry_id.
#}
{% macro named_payments(rung, tie, through=none) -%}
    select
        {{ rung }} as rung,
        entry.bank_entry_id,
        entry.way,
        entry.booking_date,
        payment.payment_id,
        payment.amount as payment_amount,
        payment.currency,
        entry.cheque_number is not null as is_cheque,
        payment.was_sent,
        {{ same_payer('entry', 'payment') }} as is_payers,
        {{ bank_amount('entry', 'payment') }} as said_amount
    from entry
    {% if through -%}
    inner join {{ through }} on entry.bank_entry_id = {{ through }}.bank_entry_id
    {% endif -%}
    inner join payment on {{ tie }}
{%- endmacro %}

{# The id of an entry of a statement. `e` is a row of stg_bank_entries. #}
{% macro bank_entry_id(e) -%}
    concat_ws(':', {{ e }}._source_system, {{ e }}.statement_ref, {{ e }}.entry_number, {{ e }}.detail_number)
{%- endmacro %}

{# Whether an entry settles or returns, by its amount. #}
{% macro way_of(amount) -%}
    case when {{ amount }} < 0 then 'out' else 'back' end
{%- endmacro %}

{# Whether a pair of match_bank_met is settled at once: the rest is weighed. Each pair must be exactly one of the two. #}
{% macro is_plain(met, contested) -%}
    {{ met }}.is_even and {{ contested }}.end_to_end_id is null
{%- endmacro %}
