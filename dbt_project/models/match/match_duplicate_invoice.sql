{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': {'invoice_id': 'match_unit_id'}}},
        indexes=[{'columns': ['invoice_id'], 'unique': true}, {'columns': ['original_invoice_id']}],
    )
}}

with invoice as (
    select
        invoice_id,
        vendor_key,
        normalised_number,
        gross_amount,
        kind,
        currency,
        invoice_date,
        coalesce(received_at, entered_at, '9999-12-31T00:00:00+00:00'::timestamptz) as received_at,
        case when is_paid then 1 when is_posted then 2 else 3 end as standing
    from {{ ref('int_invoices') }}
    where not is_cancelled and normalised_number <> '' and vendor_key is not null and invoice_date is not null
),

in_question as (
    select invoice.*
    from invoice
    {{ join_units('invoice.invoice_id') }}
),

-- Each with all that stand before it: paid before posted before the rest, then by date received and id.
pair as (
    select
        later.invoice_id,
        original.invoice_id as original_invoice_id,
        later.vendor_key,
        later.normalised_number,
        later.gross_amount,
        row_number() over (
            partition by later.invoice_id
            order by original.standing, original.received_at, {{ by_code_point('original.invoice_id') }}
        ) as preference
    from in_question as later
    inner join invoice as original
        on
            later.normalised_number = original.normalised_number
            and later.vendor_key = original.vendor_key
            and later.gross_amount = original.gross_amount
            and later.kind = original.kind
            and later.currency = original.currency
            and later.invoice_id <> original.invoice_id
    where
        abs(later.invoice_date - original.invoice_date) <= 365
        and (
            original.standing < later.standing
            or (
                original.standing = later.standing
                and (
                    original.received_at < later.received_at
                    or (
                        original.received_at = later.received_at
                        and {{ by_code_point('original.invoice_id') }} < {{ by_code_point('later.invoice_id') }}
                    )
                )
            )
        )
)

select
    invoice_id,
    original_invoice_id,
    vendor_key,
    normalised_number,
    gross_amount
from pair
where preference = 1
