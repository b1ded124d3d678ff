{{ config(materialized='view') }}

select
    invoice_id,
    original_invoice_id,
    vendor_key,
    normalised_number,
    gross_amount
from {{ ref('match_duplicate') }}
where code = 'DUPLICATE_INVOICE' and original_invoice_id is not null
