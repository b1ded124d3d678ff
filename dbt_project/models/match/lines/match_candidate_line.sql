{{ config(meta={'analyze': true}) }}

with line as (
    select
        l.invoice_line_id,
        l.invoice_id,
        l.match_unit_id,
        l.purchase_order_id,
        l.po_line_id,
        l.po_line_is_known,
        l.line_number,
        l.kind,
        l.entity_id,
        coalesce(po.vendor_key, i.vendor_key) as vendor_key,
        i.vendor_key as invoice_vendor_key,
        po.vendor_key as po_vendor_key,
        case when po.po_line_id is null then l.item_category else po.item_category end as item_category,
        po.match_type,
        l.currency as invoice_currency,
        coalesce(po.currency, l.currency) as po_currency,
        case when l.fx_rate is null then l.currency else po.currency end as currency,
        l.fx_rate,
        coalesce(po.entity_id, l.entity_id) as po_entity_id,
        i.invoice_date,
        coalesce(i.received_at, i.entered_at, i._known_at) as received_at,
        coalesce(i.invoice_date, {{ utc_date('coalesce(i.received_at, i.entered_at, i._known_at)') }}) as policy_date,
        l.receipt_line_id,
        l.credited_invoice_line_id,
        l.item_number,
        l.is_substitute,
        l.unit,
        l.qty_source,
        l.qty,
        case
            when l.fx_rate <> 1 and po.basis = 'amount' then l.qty
            when l.fx_rate <> 1 then l.amount * l.fx_rate
            else l.amount
        end as amount,
        case
            when po.basis = 'amount' and l.qty > 0 then 1::numeric(19, 10)
            when l.fx_rate <> 1 then {{ quotient('l.amount * l.fx_rate', 'l.qty') }}
            else l.unit_price
        end as unit_price,
        po.base_unit,
        po.ordered_qty,
        po.unit_price as po_unit_price,
        po.item_number as po_item_number,
        po.unit as po_unit,
        po.po_status,
        po.is_closed,
        po.closed_date,
        i.is_cancelled,
        i.is_posted,
        not i.names_po as is_non_po,
        i.correlation_id,
        duplicate.original_invoice_id,
        duplicate.invoice_id is not null as is_duplicate,
        not i.vendor_is_known as vendor_is_unknown,
        i.vendor_is_known and po.vendor_key is not null and i.vendor_key <> po.vendor_key as is_vendor_mismatch,
        l.currency <> l.po_currency as is_foreign,
        l.currency <> l.po_currency and l.fx_rate is null and i.invoice_date is not null as lacks_rate,
        po.po_line_id is not null and l.unit_numerator is null as is_unconvertible,
        po.po_line_id is not null and not l.item_fits as is_item_mismatch,
        i.invoice_date is null
        or coalesce(i.invoice_number, '') = ''
        or (
            po.po_line_id is not null
            and l.kind = 'invoice'
            and po.basis = 'quantity'
            and coalesce(l.qty_source, 0) = 0
        ) as is_missing_data
    from {{ of_units(ref('int_invoice_lines'), 'match_unit_id') }} as l
    inner join {{ ref('int_invoices') }} as i on l.invoice_id = i.invoice_id
    left join {{ ref('int_purchase_order_lines') }} as po on l.po_line_id = po.po_line_id
    left join {{ ref('match_duplicate_invoice') }} as duplicate on l.invoice_id = duplicate.invoice_id
),

-- A policy is chosen by what is ordered, where there is an order.
scoped as (
    select
        line.*,
        {{ scope_of_row() }}
    from line
    {{ join_scope('line', {'entity_id': 'po_entity_id', 'currency': 'po_currency'}) }}
),

-- What a person released lets a line back in. What a text says must be what was released.
flagged as (
    select
        l.*,
        l.is_duplicate
        and not {{ is_let_back_in('l', 'DUPLICATE_INVOICE', 'original_invoice_id') }} as is_held_duplicate,
        l.is_vendor_mismatch
        and not {{ is_let_back_in('l', 'VENDOR_MISMATCH', 'invoice_vendor_key') }} as is_held_vendor_mismatch,
        l.is_item_mismatch
        and not {{ is_let_back_in('l', 'ITEM_MISMATCH', 'item_number') }} as is_held_item_mismatch
    from scoped as l
)

select
    flagged.*,
    not is_cancelled
    and not is_non_po
    and po_line_is_known
    and not is_held_duplicate
    and not vendor_is_unknown
    and not is_held_vendor_mismatch
    and not is_unconvertible
    and not coalesce(lacks_rate, false)
    and not is_held_item_mismatch
    and not is_missing_data as takes_part
from flagged
