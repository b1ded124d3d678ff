{{ config(indexes=[{'columns': ['match_unit_id'], 'unique': true}], meta={'analyze': true}) }}

{% set lines = before('match_invoice_line') -%}
{% set summaries = before('match_summary_invoice') -%}
{% set receipts = ref('int_receipt_lines') -%}
{% set promises = ref('int_entity_promises') -%}
{% set po_lines = before('match_po_line') -%}
{% set findings = before('match_finding') -%}
{% set noted = before('match_touched') -%}

with reading as (
    select * from {{ ref('int_copy_readings') }}
),

changed_invoice as (
    select subject_id as invoice_id
    from {{ ref('int_touched') }}
    where kind = 'invoice'
    {%- if lines %}
    union
    -- those whose grace ends in the time that this run adds
    select invoice_id
    from {{ lines }}
    where {{ is_new('next_change_at') }}
    {%- endif %}
    {%- if summaries %}
    union
    select invoice_id
    from {{ summaries }}
    where {{ is_new('next_change_at') }}
    {%- endif %}
),

-- Those that became a duplicate, are none any more, or have another original.
invoice as (
    select invoice_id
    from changed_invoice
    union
    -- those that were known before their approval was read
    select i.invoice_id
    from reading
    inner join {{ ref('int_invoices') }} as i
        on
            reading.object = 'approval'
            and reading.source_system = i.source_system
            and reading.previously_read_to < i.approved_at
            and reading.read_to >= i.approved_at
    union
    select invoice_id
    from {{ ref('match_duplicate') }}
    where changed_at > {{ previous_as_of() }}
),

unit as (
    select subject_id as match_unit_id
    from {{ ref('int_touched') }}
    where kind = 'purchase_order'
    union
    select l.match_unit_id
    from {{ ref('int_invoice_lines') }} as l
    inner join invoice on l.invoice_id = invoice.invoice_id
    union
    -- a summary invoice is matched with its order
    select i.purchase_order_id as match_unit_id
    from {{ ref('int_invoices') }} as i
    inner join invoice on i.invoice_id = invoice.invoice_id
    where i.line_count = 0
    union
    -- copies whose time is up, as far as the target was read
    select c.purchase_order_id as match_unit_id
    from {{ ref('int_copies') }} as c
    inner join reading
        on c.target = reading.source_system and reading.object = 'purchase_order'
    where c.due_at > reading.previously_read_to and c.due_at <= reading.read_to and not c.is_equal
    union
    -- items whose stock was counted, and items whose packs changed
    select subject_id as match_unit_id
    from {{ ref('int_touched') }}
    where kind in ('stock', 'item')
    union
    -- periods of which a ledger or subledger moved, or came to be judged
    select {{ books_unit('b') }} as match_unit_id
    from {{ ref('match_balance') }} as b
    where b.changed_at > {{ previous_as_of() }}
    union
    -- vendors that await review, or do no more
    select {{ review_unit('subject_id') }} as match_unit_id
    from {{ ref('int_touched') }}
    where kind = 'review_cluster'
    union
    -- bank details and payments that are flagged today, or were
    select match_unit_id
    from {{ ref('match_bank_detail') }}
    union
    -- payments and bank entries against which something stands, or stood
    select match_unit_id
    from {{ ref('match_bank_issue') }}
    {%- if findings %}
    union
    select match_unit_id
    from {{ findings }}
    where code in {{ codes_of_the_day() }}
    {%- endif %}
    union
    -- vendors and payments that screening holds
    select match_unit_id
    from {{ ref('match_screening') }}
    {%- if po_lines %}
    union
    -- receipts whose time is up in which to be posted, as far as the ERP was read
    select r.purchase_order_id as match_unit_id
    from {{ promises }} as p
    cross join reading
    inner join {{ receipts }} as r
        on
            p.entity_id = r.entity_id
            and reading.source_system = {{ system_of('r.purchase_order_id') }}
            and r.received_at > {{ hours_after('reading.previously_read_to', '-p.hours') }}
            and r.received_at <= {{ hours_after('reading.read_to', '-p.hours') }}
    where
        p.subject = 'receipt_posting'
        and reading.object = 'receipt_line'
        and r.kind = 'receipt'
        and r.erp_posted_at is null
    union
    -- receipts whose time is up in which to be billed
    select r.purchase_order_id as match_unit_id
    from {{ promises }} as p
    inner join {{ receipts }} as r
        on
            p.entity_id = r.entity_id
            and r.received_at > {{ hours_after(previous_as_of(), '-p.hours') }}
            and r.received_at <= {{ hours_after(as_of(), '-p.hours') }}
    inner join {{ po_lines }} as l on r.po_line_id = l.po_line_id
    where p.subject = 'accrual_age' and r.kind = 'receipt' and l.open_receipt_qty > 0
    {%- endif %}
),

-- The verdict on an invoice reads all its lines, so every invoice of a touched order is summed up again.
closed_over as (
    select match_unit_id
    from unit
    union
    select invoice_id as match_unit_id
    from invoice
    union
    select l.invoice_id as match_unit_id
    from {{ ref('int_invoice_lines') }} as l
    inner join unit on l.match_unit_id = unit.match_unit_id
    {%- if summaries %}
    union
    select s.invoice_id as match_unit_id
    from {{ summaries }} as s
    inner join unit on s.purchase_order_id = unit.match_unit_id
    {%- endif %}
),

-- As in int_touched: until a whole run has succeeded.
every_note as (
    select
        match_unit_id,
        {{ as_of() }} as touched_at
    from closed_over
    {%- if noted %}
    union all
    select
        match_unit_id,
        touched_at
    from {{ noted }}
    where touched_at > {{ previous_as_of() }}
    {%- endif %}
)

select
    match_unit_id,
    min(touched_at) as touched_at
from every_note
where match_unit_id is not null and {{ 'true' if only_touched() else 'false' }}
group by match_unit_id
