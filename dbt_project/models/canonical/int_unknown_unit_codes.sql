{#
    Codes of units on documents' lines that no list knows, no person explained, and for which the line's item has no
    factor. A view: people ask for it, no other model does.
#}
{{ config(materialized='stable_view') }}

with line as (
    select
        split_part(l.po_line_id, ':', 1) as source_system,
        l.unit as code,
        'order line ' || l.po_line_id as line,
        l.item_key,
        l.ordered_amount as amount,
        l.currency,
        l._known_at as known_at
    from {{ ref('int_purchase_order_lines') }} as l
    where not l.is_closed

    union all

    select
        split_part(l.invoice_line_id, ':', 1) as source_system,
        l.unit as code,
        'invoice line ' || l.invoice_line_id as line,
        l.item_key,
        l.amount_source as amount,
        l.currency,
        l._known_at as known_at
    from {{ ref('int_invoice_lines') }} as l

    union all

    -- what is received is worth what was ordered
    select
        r.source_system,
        r.unit as code,
        'receipt line ' || r.receipt_line_id as line,
        r.item_key,
        null::numeric as amount,
        null::text as currency,
        r._known_at as known_at
    from {{ ref('int_receipt_lines') }} as r
),

unknown as (
    select line.*
    from line
    left join {{ ref('units') }} as u on line.code = u.unit
    left join {{ ref('int_unit_spellings') }} as s on line.code = s.code
    left join {{ ref('int_item_units') }} as own on line.item_key = own.item_key and line.code = own.unit
    where line.code is not null and u.unit is null and s.code is null and own.numerator is null
),

met as (
    select
        code,
        count(*) as lines,
        {{ first_text('line') }} as example,
        min(known_at) as known_at
    from unknown
    group by code
),

distinct_writer as (
    select distinct
        code,
        source_system
    from unknown
),

writer as (
    select
        code,
        {{ joined('source_system') }} as systems
    from distinct_writer
    group by code
),

money as (
    select
        code,
        currency,
        sum(amount) as amount
    from unknown
    where currency is not null
    group by code, currency
)

select
    met.code,
    met.lines,
    writer.systems,
    met.example,
    money.amount,
    money.currency,
    met.known_at
from met
inner join writer on met.code = writer.code
left join money on met.code = money.code
