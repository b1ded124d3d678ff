{# An invoice as duplicates are looked for, of a relation with the columns of int_invoices; needs review_cluster. #}
{% macro duplicate_invoice(relation) -%}
select
        i.invoice_id,
        i.vendor_key,
        nullif(i.normalised_number, '') as normalised_number,
        i.gross_amount,
        i.currency,
        i.kind,
        i.invoice_date,
        coalesce(i.received_at, i.entered_at, '9999-12-31T00:00:00+00:00'::timestamptz) as received_at,
        case when i.is_paid then 1 when i.is_posted then 2 else 3 end as standing,
        review_cluster.review_cluster_id,
        case when i.line_count = 0 then i.purchase_order_id end as summary_order_id,
        {{ hashed(['i.vendor_key', 'i.gross_amount', 'i.currency', 'i.kind']) }} as amount_hash,
        {{ hashed(['i.vendor_key', 'i.normalised_number', 'i.currency', 'i.kind']) }} as number_hash
    from {{ relation }} as i
    left join review_cluster on i.vendor_key = review_cluster.vendor_key
    where
        not i.is_cancelled
        and i.invoice_date is not null
        and i.vendor_key is not null
        and i.gross_amount is not null
{%- endmacro %}

{# Days between a bill and the third before it, at most, where a bill recurs: three gaps of 32 days. #}
{% macro recurrence_days() -%}
    96
{%- endmacro %}

{# Whether three gaps between dates are all 6 to 8 days, or all 27 to 32 days (matching, section 7). #}
{% macro recurs(gaps) -%}
    (
        ({% for gap in gaps %}{{ gap }} between 6 and 8{{ ' and ' if not loop.last }}{% endfor %})
        or ({% for gap in gaps %}{{ gap }} between 27 and 32{{ ' and ' if not loop.last }}{% endfor %})
    )
{%- endmacro %}

{#
    A number with a place left blank at each position in turn, in `near_text`, beside the columns of `numbers`: two
    numbers that share such a text differ in one character at most.
#}
{% macro blanked(numbers) -%}
    select
        n.*,
        left(n.normalised_number, position - 1) || ' ' || substr(n.normalised_number, position + 1) as near_text
    from {{ numbers }} as n
    cross join lateral {{ positions('n.normalised_number') }}
{%- endmacro %}

{#
    A number without the character at each position in turn, and without its last two or three, in `near_text`: the
    number that it equals is one insertion away, or continued by at most three characters.
#}
{% macro shortened(numbers) -%}
    select
        n.*,
        left(n.normalised_number, position - 1) || substr(n.normalised_number, position + 1) as near_text
    from {{ numbers }} as n
    cross join lateral {{ positions('n.normalised_number') }}
    union all
    select
        n.*,
        left(n.normalised_number, length(n.normalised_number) - appended.characters) as near_text
    from {{ numbers }} as n
    cross join (values (2), (3)) as appended (characters)
    where length(n.normalised_number) > appended.characters
{%- endmacro %}

{# Whether two numbers are a sequence: the digits that they end in differ by exactly 1. #}
{% macro is_sequence(one, other) -%}
    coalesce(
        abs({{ trailing_number(one) }} - {{ trailing_number(other) }}) = 1,
        false
    )
{%- endmacro %}
