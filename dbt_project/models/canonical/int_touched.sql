{{ config(indexes=[{'columns': ['kind', 'subject_id'], 'unique': true}], meta={'analyze': true}) }}

{% set orders = before('int_purchase_orders') -%}
{% set order_lines = before('int_purchase_order_lines') -%}
{% set receipts = before('int_receipt_lines') -%}
{% set invoices = before('int_invoices') -%}
{% set invoice_lines = before('int_invoice_lines') -%}
{% set summaries = before('match_summary_invoice') -%}
{% set contract_prices = before('int_contract_prices') -%}
{% set releases = before('int_holds_released') -%}
{% set stock = before('match_stock_count') -%}
{% set documents = before('int_documents') -%}
{% set noted = before('int_touched') -%}
{% set approval_limits = ref('int_approval_limits') -%}

{# Before the first run there is nothing to look at: all records are new. -#}
{% set has_past = orders and order_lines and receipts and invoices and invoice_lines and releases -%}

with touched_record as (
    select * from {{ ref('stg_touched_records') }}
),

decision as (
    select
        d.decision_type,
        d.detail
    from touched_record as t
    inner join {{ ref('stg_decisions') }} as d
        on t._source_system = d._source_system and t._record_key = d._record_key
    where t.kind = 'decision'
),

record_system as (
    select distinct
        object,
        source_system
    from {{ ref('int_systems_of_record') }}
    where role = 'record'
),

-- Rules that everything reads, and masters that went: all is done again. Both are rare.
everything as (
    select count(*) > 0 as is_touched
    from touched_record
    where
        kind in (
            'entity', 'system_of_record', 'match_type_rule', 'policy', 'routing', 'sla', 'approval_matrix', 'delegation'
        )
        or (
            kind = 'vendor'
            and not exists (
                select 1
                from {{ ref('int_vendor_crosswalk') }} as c
                where
                    c.source_system = touched_record._source_system and c.vendor_number = touched_record._record_key
            )
        )
        or (
            kind = 'item'
            and not exists (
                select 1
                from {{ ref('int_item_crosswalk') }} as c
                where c.source_system = touched_record._source_system and c.item_number = touched_record._record_key
            )
        )
        -- what a code of units means
        or (
            kind = 'decision'
            and exists (
                select 1
                from decision as d
                where d.decision_type = 'unit_code'
            )
        )
),

-- Systems of record that begin in the time that this run adds.
migration as (
    select count(*) > 0 as is_touched
    from {{ ref('int_systems_of_record') }}
    where {{ is_new(utc_midnight('valid_from')) }}
),

vendor as ( -- noqa: ST03
    select vendor_id
    from {{ ref('int_vendor_crosswalk') }}
    where changed_at > {{ previous_as_of() }}
),

-- Items whose record, units or substitutes changed, under every number that stands for them.
changed_item as (
    select c.item_key
    from touched_record as t
    inner join {{ ref('int_item_crosswalk') }} as c
        on
            split_part(t._record_key, '|', 1) = c.item_number
            -- an item that comes changes which one a contract means by its number, in whatever system that is
            and (t._source_system = c.source_system or t.kind = 'item')
    where t.kind in ('item', 'item_unit', 'item_substitute')
    union
    -- numbers that now stand for another item: that one, and the one that they stood for
    select item_key
    from {{ ref('int_item_crosswalk') }}
    where changed_at > {{ previous_as_of() }}
    union
    select former_item_key as item_key
    from {{ ref('int_item_crosswalk') }}
    where changed_at > {{ previous_as_of() }} and former_item_key is not null
    union
    select t._source_system || ':' || split_part(t._record_key, '|', 1) as item_key
    from touched_record as t
    where t.kind in ('item', 'item_unit')
    union
    -- packs that a person spoke of
    select c.item_key
    from decision
    inner join {{ ref('int_item_crosswalk') }} as c on {{ json_text('decision.detail', 'item_id') }} = c.item_id
    where decision.decision_type = 'unit_factor'
),

item_number as ( -- noqa: ST03
    select c.item_number
    from {{ ref('int_item_crosswalk') }} as c
    inner join changed_item on c.item_key = changed_item.item_key
    union
    select split_part(t._record_key, '|', 1) as item_number
    from touched_record as t
    where t.kind in ('item', 'item_unit', 'item_substitute')
),

-- The days for which a contract price is said now or was until now, under every number of its item. A vendor that
-- changed may be another one than a price list meant.
contract_price as (
    select
        p.item_number,
        p.valid_from,
        coalesce(p.valid_to, '9999-12-31'::date) as valid_to
    from touched_record as t
    inner join {{ ref('stg_contract_prices') }} as p
        on t._source_system = p._source_system and t._record_key = p._record_key
    where t.kind = 'contract_price'
    union
    select
        p.item_number,
        p.valid_from,
        coalesce(p.valid_to, '9999-12-31'::date) as valid_to
    from vendor
    inner join {{ ref('stg_contract_prices') }} as p on {{ key_of('vendor.vendor_id') }} = p.vendor_number
    {%- if contract_prices %}
    union
    select
        p.item_number,
        p.valid_from,
        p.valid_to
    from touched_record as t
    inner join {{ contract_prices }} as p on t._source_system = p.source_system and t._record_key = p.source_key
    where t.kind = 'contract_price'
    {%- endif %}
),

contract_span as ( -- noqa: ST03
    select * from contract_price
    union
    select
        other.item_number,
        p.valid_from,
        p.valid_to
    from contract_price as p
    inner join {{ ref('int_item_crosswalk') }} as own on p.item_number = own.item_number
    inner join {{ ref('int_item_crosswalk') }} as other on own.item_key = other.item_key
),

rate as ( -- noqa: ST03
    select
        split_part(_record_key, '|', 1) as from_currency,
        split_part(_record_key, '|', 2) as to_currency,
        {{ to_date("split_part(_record_key, '|', 3)") }} as rate_date
    from touched_record
    where kind = 'fx_rate'
),

tax_code as ( -- noqa: ST03
    select
        split_part(_record_key, '|', 1) as tax_code,
        {{ to_date("split_part(_record_key, '|', 2)") }} as valid_from
    from touched_record
    where kind = 'tax_code'
),

changed_invoice as (
    -- the invoice itself, its lines, and what a source says of its holds
    select t._source_system || ':' || split_part(t._record_key, '|', 1) as invoice_id
    from touched_record as t
    where t.kind in ('invoice', 'invoice_line')
    union
    -- lines of it that arrived and that the gate holds back
    select h._source_system || ':' || h.invoice_ref as invoice_id
    from {{ ref('stg_ops_held_invoice_lines') }} as h
    where {{ is_new('h.held_since') }}
    union
    select e._source_system || ':' || e.invoice_ref as invoice_id
    from touched_record as t
    inner join {{ ref('stg_hold_events') }} as e
        on t._source_system = e._source_system and t._record_key = e._record_key
    where t.kind = 'hold_event'
    union
    select e._source_system || ':' || e.invoice_ref as invoice_id
    from touched_record as t
    inner join {{ ref('stg_invoice_events') }} as e
        on t._source_system = e._source_system and t._record_key = e._record_key
    where t.kind = 'invoice_event'
    union
    -- what a copy of it says
    select r.source_system || ':' || i.source_ref as invoice_id
    from touched_record as t
    inner join {{ ref('stg_invoices') }} as i on t._source_system = i._source_system and t._record_key = i._record_key
    inner join record_system as r on r.object = 'invoice'
    where t.kind = 'invoice' and i.source_ref is not null
    union
    -- who approved it
    select a._source_system || ':' || a.invoice_ref as invoice_id
    from touched_record as t
    inner join {{ ref('stg_approvals') }} as a
        on t._source_system = a._source_system and t._record_key = a._record_key
    where t.kind = 'approval'
    {%- if has_past %}
    union
    select p.invoice_id
    from touched_record as t
    inner join {{ invoices }} as p on p.erp_invoice_id = t._source_system || ':' || t._record_key
    where t.kind = 'invoice'
    union
    select p.invoice_id
    from touched_record as t
    inner join {{ releases }} as p on p.hold_event_id = t._source_system || ':' || t._record_key
    where t.kind = 'hold_event'
    union
    -- a rate concerns foreign invoices of its day and of the 7 days after it
    select p.invoice_id
    from rate
    inner join {{ invoices }} as p
        on
            rate.from_currency = p.currency
            and p.invoice_date between rate.rate_date and rate.rate_date + 7
    left join {{ invoice_lines }} as l on p.invoice_id = l.invoice_id
    where rate.to_currency = coalesce(l.po_currency, rate.to_currency)
    union
    -- and those whose approver has a limit in its other currency
    select p.invoice_id
    from rate
    inner join {{ approval_limits }} as m on rate.to_currency = m.currency and m.limit_amount is not null
    inner join {{ invoices }} as p
        on
            rate.from_currency = p.currency
            and p.invoice_date between rate.rate_date and rate.rate_date + 7
    union
    -- a tax code, all that carry it from its first day on
    select p.invoice_id
    from tax_code
    inner join {{ invoice_lines }} as l on tax_code.tax_code = l.tax_code
    inner join {{ invoices }} as p on l.invoice_id = p.invoice_id
    where p.invoice_date >= coalesce(tax_code.valid_from, p.invoice_date)
    union
    select p.invoice_id
    from {{ invoices }} as p
    inner join vendor on p.vendor_id = vendor.vendor_id
    union
    select p.invoice_id
    from {{ invoice_lines }} as p
    inner join item_number on p.item_number = item_number.item_number
    {%- endif %}
),

-- The numbers of orders that moved, now and until now: what touches one of them touches all.
moved as (
    select
        document_id,
        purchase_order_id,
        po_number
    from {{ ref('int_documents') }}
    {%- if documents %}
    union
    select
        document_id,
        purchase_order_id,
        po_number
    from {{ documents }}
    {%- endif %}
),

-- Numbers are the same in every system that holds the order, so that any system's word touches the record.
named_number as (
    select split_part(t._record_key, '|', 1) as po_number
    from touched_record as t
    where t.kind in ('purchase_order', 'purchase_order_line')
    union
    select r.po_number
    from touched_record as t
    inner join {{ ref('stg_receipt_lines') }} as r
        on t._source_system = r._source_system and t._record_key = r._record_key
    where t.kind = 'receipt_line'
    union
    select coalesce(l.po_number, i.po_number) as po_number
    from changed_invoice as c
    inner join {{ ref('stg_invoices') }} as i
        on {{ system_of('c.invoice_id') }} = i._source_system and {{ key_of('c.invoice_id') }} = i._record_key
    left join {{ ref('stg_invoice_lines') }} as l
        on i._source_system = l._source_system and i.invoice_ref = l.invoice_ref
    union
    select split_part(t._record_key, '|', 3) as po_number
    from touched_record as t
    where t.kind = 'document_reference'
    union
    select r.number as po_number
    from touched_record as t
    inner join {{ ref('stg_document_references') }} as r
        on t._source_system = r._source_system and t._record_key = r._record_key
    where t.kind = 'document_reference'
),

named_order as (
    select po_number from named_number
    union
    select other.po_number
    from named_number as n
    inner join moved on n.po_number = moved.po_number
    inner join moved as other on moved.purchase_order_id = other.purchase_order_id
),

found_order as (
    select r.source_system || ':' || n.po_number as purchase_order_id
    from named_order as n
    inner join record_system as r on r.object = 'purchase_order'
    where n.po_number is not null
    {%- if has_past %}
    union
    select p.purchase_order_id
    from {{ orders }} as p
    inner join vendor on p.vendor_id = vendor.vendor_id
    union
    select p.purchase_order_id
    from {{ order_lines }} as p
    inner join item_number on p.item_number = item_number.item_number
    union
    select p.purchase_order_id
    from {{ receipts }} as p
    inner join item_number on p.item_number = item_number.item_number
    union
    select p.purchase_order_id
    from touched_record as t
    inner join {{ receipts }} as p on p.receipt_line_id = t._source_system || ':' || t._record_key
    where t.kind = 'receipt_line' and p.purchase_order_id is not null
    union
    select p.purchase_order_id
    from touched_record as t
    inner join {{ receipts }} as p on p.erp_receipt_line_id = t._source_system || ':' || t._record_key
    where t.kind = 'receipt_line' and p.purchase_order_id is not null
    union
    select p.purchase_order_id
    from {{ invoice_lines }} as p
    inner join changed_invoice on p.invoice_id = changed_invoice.invoice_id
    where p.purchase_order_id is not null
    {%- endif %}
    {%- if has_past and summaries %}
    union
    select p.purchase_order_id
    from {{ summaries }} as p
    inner join changed_invoice on p.invoice_id = changed_invoice.invoice_id
    where p.purchase_order_id is not null
    {%- endif %}
    {%- if has_past %}
    union
    -- orders of the time for which a contract price is said
    select p.purchase_order_id
    from contract_span as c
    inner join {{ order_lines }} as l on c.item_number = l.item_number
    inner join {{ orders }} as p
        on
            l.purchase_order_id = p.purchase_order_id
            and {{ order_date('p') }} between c.valid_from and c.valid_to
    {%- endif %}
),

changed_order as (
    select purchase_order_id from found_order
    union
    select other.document_id as purchase_order_id
    from found_order as f
    inner join moved on f.purchase_order_id in (moved.document_id, moved.purchase_order_id)
    inner join moved as other on moved.purchase_order_id = other.purchase_order_id
),

invoice_of_order as (
    select invoice_id from changed_invoice
    {%- if has_past %}
    union
    select p.invoice_id
    from {{ invoice_lines }} as p
    inner join changed_order on p.match_unit_id = changed_order.purchase_order_id
    where p.purchase_order_id is not null
    {%- endif %}
    {%- if has_past and summaries %}
    union
    select p.invoice_id
    from {{ summaries }} as p
    inner join changed_order on p.purchase_order_id = changed_order.purchase_order_id
    {%- endif %}
),

-- Where something was counted, now or until now.
changed_stock as (
    select {{ stock_unit('c') }} as stock_unit_id
    from touched_record as t
    inner join {{ ref('stg_inventory_counts') }} as c
        on t._source_system = c._source_system and t._record_key = c._record_key
    where t.kind = 'inventory_count'
    {%- if stock %}
    union
    select p.stock_unit_id
    from touched_record as t
    inner join {{ stock }} as p on p.inventory_count_id = t._source_system || ':' || t._record_key
    where t.kind = 'inventory_count'
    union
    select p.stock_unit_id
    from touched_record as t
    inner join {{ stock }} as p
        on t._source_system = p.source_system and split_part(t._record_key, '|', 1) = p.item_number
    where t.kind in ('item', 'item_unit')
    {%- endif %}
),

-- Vendors that await review, with others or no more.
review_cluster as (
    select c.review_cluster_id
    from {{ ref('int_vendor_crosswalk') }} as c
    inner join vendor on c.vendor_id = vendor.vendor_id
    where c.review_cluster_id is not null
    union
    select c.former_review_cluster_id as review_cluster_id
    from {{ ref('int_vendor_crosswalk') }} as c
    inner join vendor on c.vendor_id = vendor.vendor_id
    where c.former_review_cluster_id is not null
),

whole as (
    select everything.is_touched or migration.is_touched as is_touched
    from everything
    cross join migration
),

subject as (
    select
        'purchase_order' as kind,
        purchase_order_id as subject_id
    from changed_order

    union

    select
        'invoice' as kind,
        invoice_id as subject_id
    from invoice_of_order

    union

    select
        'purchase_order' as kind,
        p._source_system || ':' || p.po_number as subject_id
    from {{ ref('stg_purchase_orders') }} as p
    inner join whole on whole.is_touched

    union

    select
        'purchase_order' as kind,
        moved.document_id as subject_id
    from moved
    inner join whole on whole.is_touched
    {%- if has_past %}

    union

    select
        'purchase_order' as kind,
        p.purchase_order_id as subject_id
    from {{ orders }} as p
    inner join whole on whole.is_touched

    union

    select
        'purchase_order' as kind,
        p.purchase_order_id as subject_id
    from {{ receipts }} as p
    inner join whole on whole.is_touched
    where p.purchase_order_id is not null

    union

    select
        'purchase_order' as kind,
        p.purchase_order_id as subject_id
    from {{ invoice_lines }} as p
    inner join whole on whole.is_touched
    where p.purchase_order_id is not null

    union

    select
        'invoice' as kind,
        p.invoice_id as subject_id
    from {{ invoices }} as p
    inner join whole on whole.is_touched
    {%- endif %}

    union

    select
        'invoice' as kind,
        i._source_system || ':' || i.invoice_ref as subject_id
    from {{ ref('stg_invoices') }} as i
    inner join whole on whole.is_touched

    union

    select
        'review_cluster' as kind,
        review_cluster_id as subject_id
    from review_cluster

    union

    select
        'review_cluster' as kind,
        c.review_cluster_id as subject_id
    from {{ ref('int_vendor_crosswalk') }} as c
    inner join whole on whole.is_touched
    where c.review_cluster_id is not null

    union

    select
        'stock' as kind,
        stock_unit_id as subject_id
    from changed_stock

    union

    select
        'stock' as kind,
        {{ stock_unit('c') }} as subject_id
    from {{ ref('stg_inventory_counts') }} as c
    inner join whole on whole.is_touched

    union

    select
        'item' as kind,
        item_key as subject_id
    from changed_item

    union

    select
        'item' as kind,
        x.item_key as subject_id
    from {{ ref('int_item_crosswalk') }} as x
    inner join whole on whole.is_touched
),

-- What a run noted that failed or built a part stays noted until a whole run has succeeded: the past that told it may
-- be overwritten, and models that were not built wait for it.
every_note as (
    select
        kind,
        subject_id,
        {{ as_of() }} as touched_at
    from subject
    {%- if noted %}

    union all

    select
        kind,
        subject_id,
        touched_at
    from {{ noted }}
    where touched_at > {{ previous_as_of() }}
    {%- endif %}
)

select
    kind,
    subject_id,
    {{ system_of('subject_id') }} as source_system,
    {{ key_of('subject_id') }} as source_key,
    min(touched_at) as touched_at
from every_note
{%- if not only_touched() %}
where false
{%- endif %}
group by kind, subject_id
