{{ config(materialized='ephemeral') }}

with ledger as (
    select distinct
        entity_id,
        source_system
    from {{ ref('int_control_accounts') }}
),

-- The ERP's own invoices, posted; where AP keeps them, each names AP's.
posted as (
    select
        i.entity_id,
        i.currency,
        coalesce(i.erp_document_number, i.invoice_ref) as document_ref,
        i.posted_at,
        i.po_number,
        i.net_amount,
        i.gross_amount,
        case when i.kind = 'credit' then -1 else 1 end as sign,
        coalesce(own._source_system, i._source_system) as line_system,
        coalesce(own.invoice_ref, i.invoice_ref) as line_invoice_ref,
        coalesce(own.po_number, i.po_number) as named_number
    from {{ ref('stg_invoices') }} as i
    inner join ledger on i.entity_id = ledger.entity_id and i._source_system = ledger.source_system
    left join {{ ref('int_systems_of_record') }} as s
        on i.entity_id = s.entity_id and s.object = 'invoice' and s.role = 'record' and s.recency = 1
    left join {{ ref('stg_invoices') }} as own
        on s.source_system = own._source_system and i.source_ref = own.invoice_ref
    where i.status in ('posted', 'paid') and i.posted_at is not null
),

line as (
    select
        posted.document_ref,
        posted.entity_id,
        posted.line_system,
        posted.line_invoice_ref,
        coalesce(sum(case when l.po_number is not null then l.amount end), 0) as amount
    from posted
    inner join {{ ref('stg_invoice_lines') }} as l
        on posted.line_system = l._source_system and posted.line_invoice_ref = l.invoice_ref
    group by posted.document_ref, posted.entity_id, posted.line_system, posted.line_invoice_ref
),

-- What a payment takes off the payables is what it pays and the discount that was taken.
discount as (
    select
        _source_system,
        payment_ref,
        sum(coalesce(discount_amount, 0)) as amount
    from {{ ref('stg_payment_invoices') }}
    group by _source_system, payment_ref
),

-- One payment may be in two systems: our own record and the ERP's.
payment as (
    select
        p.*,
        p.amount + coalesce(discount.amount, 0) as relieved_amount,
        row_number() over (
            partition by p.entity_id, p.payment_ref order by (p._source_system = 'tieout') desc, p._source_system
        ) as preference
    from {{ ref('stg_payments') }} as p
    inner join ledger on p.entity_id = ledger.entity_id
    left join discount on p._source_system = discount._source_system and p.payment_ref = discount.payment_ref
    where p.sent_at is not null and p.status <> 'cancelled'
)

select
    'ap_control' as kind,
    entity_id,
    currency,
    document_ref,
    'invoice' as document_type,
    posted_at,
    sign * gross_amount as amount
from posted

union all

select
    'ap_control' as kind,
    entity_id,
    currency,
    payment_ref as document_ref,
    'payment' as document_type,
    sent_at as posted_at,
    -relieved_amount as amount
from payment
where preference <= 1

union all

select
    'ap_control' as kind,
    entity_id,
    currency,
    payment_ref as document_ref,
    'payment' as document_type,
    returned_at as posted_at,
    relieved_amount as amount
from payment
where preference <= 1 and status = 'returned' and returned_at is not null

union all

-- Lines that name an order clear goods received; an invoice without lines that names one, by its net amount.
select
    'grni' as kind,
    posted.entity_id,
    posted.currency,
    posted.document_ref,
    'invoice' as document_type,
    posted.posted_at,
    -posted.sign * coalesce(line.amount, case when posted.named_number is not null then posted.net_amount else 0 end)
        as amount
from posted
left join line
    on
        posted.entity_id = line.entity_id
        and posted.document_ref = line.document_ref
        and posted.line_system = line.line_system
        and posted.line_invoice_ref = line.line_invoice_ref
