-- Every order and invoice is tied to the id that its own row carries.
select
    document.subject_type,
    document.subject_id
from (
    select
        'purchase_order' as subject_type,
        purchase_order_id as subject_id,
        correlation_id
    from {{ ref('fct_purchase_order') }}

    union all

    select
        'invoice' as subject_type,
        invoice_id as subject_id,
        correlation_id
    from {{ ref('fct_invoice') }}
) as document
left join {{ ref('correlation_link') }} as link
    on
        document.correlation_id = link.correlation_id
        and document.subject_type = link.subject_type
        and document.subject_id = link.subject_id
where link.correlation_id is null
