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

payment as (
    select * from {{ ref('match_sent_payment') }}
),

entry as (
    select * from {{ ref('match_booked_entry') }}
    where payment_ref is not null
),

-- A ledger books an ERP's own payment when it is sent, and ours when the bank has paid it: as much as the bank paid,
-- without its charges, in the payment's currency, where an entry is it. What comes back, whosever, is owed again.
relieved as (
    select
        p.entity_id,
        p.currency,
        p.payment_ref as document_ref,
        p.sent_at as posted_at,
        -(p.amount + p.discount_amount) as amount
    from payment as p
    where not p.is_own

    union all

    select
        e.entity_id,
        case when e.owed_amount is null then e.currency else e.owed_currency end as currency,
        e.document_ref,
        e.booked_at as posted_at,
        coalesce(sign(e.amount) * e.owed_amount, e.amount + e.charges_amount) as amount
    from entry as e
    where e.is_own or e.amount > 0

    union all

    select
        p.entity_id,
        p.currency,
        p.payment_ref,
        coalesce(booked.booked_at, p.settled_at) as posted_at,
        -(p.discount_amount + case when booked.booked_at is null then p.amount else 0 end) as amount
    from payment as p
    left join (
        select
            e.entity_id,
            e.payment_ref,
            min(e.booked_at) as booked_at
        from entry as e
        where e.amount < 0
        group by e.entity_id, e.payment_ref
    ) as booked on p.entity_id = booked.entity_id and p.payment_ref = booked.payment_ref
    where p.is_own and coalesce(booked.booked_at, p.settled_at) is not null
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
    document_ref,
    'payment' as document_type,
    posted_at,
    amount
from relieved
where amount <> 0

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
