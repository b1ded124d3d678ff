{{
    config(
        meta={'touched_kind': 'invoice'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
            {'columns': ['source_ref']},
        ],
    )
}}

with newest as (
    {{ newest_versions('invoice') }}
)

select
    {{ lineage() }},

    invoice_ref,
    entity_id,
    vendor_number,
    invoice_number,
    normalised_number,
    po_number,
    kind,
    entered_by,
    approved_by,
    payment_term_code,
    currency,
    status,
    erp_document_number,
    remit_to_account_token,
    remit_to_account_last4,
    attachment_refs,
    match_status,
    hold_codes,
    source_ref,
    payment_status,
    payment_ref,

    {{ to_money('net_amount') }} as net_amount,
    {{ to_money('tax_amount') }} as tax_amount,
    {{ to_money('freight_amount') }} as freight_amount,
    {{ to_money('other_amount') }} as other_amount,
    {{ to_money('gross_amount') }} as gross_amount,

    {{ to_date('invoice_date') }} as invoice_date,
    {{ to_date('due_date') }} as due_date,

    {{ to_timestamp('received_at') }} as received_at,
    {{ to_timestamp('entered_at') }} as entered_at,
    {{ to_timestamp('approved_at') }} as approved_at,
    {{ to_timestamp('posted_at') }} as posted_at
from newest
