{{ config(indexes=[{'columns': ['invoice_id'], 'unique': true}], meta={'analyze': true}) }}

with changed as (
    select subject_id as invoice_id
    from {{ ref('int_touched') }}
    where kind = 'invoice'
),

-- What changed invoices are found by, now and until now.
trait as (
    select
        i.vendor_key,
        i.normalised_number,
        i.gross_amount,
        i.currency,
        i.kind,
        i.invoice_date
    from {{ ref('int_invoices') }} as i
    inner join changed on i.invoice_id = changed.invoice_id
    union
    select
        vendor_key,
        normalised_number,
        gross_amount,
        currency,
        kind,
        invoice_date
    from {{ ref('int_former_invoices') }}
),

billing as (
    select distinct
        vendor_key,
        gross_amount,
        currency,
        kind,
        invoice_date
    from trait
),

numbering as (
    select distinct
        vendor_key,
        normalised_number,
        currency,
        kind,
        invoice_date
    from trait
    where normalised_number <> ''
),

numbered_amount as (
    select distinct
        normalised_number,
        gross_amount,
        currency,
        kind,
        invoice_date
    from trait
    where normalised_number <> ''
),

-- A bill is compared with those of ten days before and after; and whether a later one recurs depends on it.
reached as (
    select invoice_id from changed
    union
    select i.invoice_id
    from billing as t
    inner join {{ ref('int_invoices') }} as i
        on
            t.vendor_key = i.vendor_key
            and t.gross_amount = i.gross_amount
            and t.currency = i.currency
            and t.kind = i.kind
            and i.invoice_date between t.invoice_date - 10 and t.invoice_date + {{ recurrence_days() }}
    union
    select i.invoice_id
    from numbering as t
    inner join {{ ref('int_invoices') }} as i
        on
            t.normalised_number = i.normalised_number
            and t.vendor_key = i.vendor_key
            and t.currency = i.currency
            and t.kind = i.kind
    where
        i.invoice_date <= {{ months_after('t.invoice_date', 36) }}
        and t.invoice_date <= {{ months_after('i.invoice_date', 36) }}
    union
    select i.invoice_id
    from numbered_amount as t
    inner join {{ ref('int_invoices') }} as i
        on
            t.normalised_number = i.normalised_number
            and t.gross_amount = i.gross_amount
            and t.currency = i.currency
            and t.kind = i.kind
            and t.invoice_date = i.invoice_date
)

select invoice_id
from reached
where {{ 'true' if only_touched() else 'false' }}
