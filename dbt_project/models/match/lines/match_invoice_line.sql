{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': ['match_unit_id']}},
        indexes=[
            {'columns': ['invoice_line_id'], 'unique': true},
            {'columns': ['match_unit_id']},
            {'columns': ['invoice_id']},
            {'columns': ['next_change_at'], 'where': 'next_change_at is not null'},
        ],
    )
}}

-- depends_on: {{ ref('match_touched') }}

with line as (
    select
        c.invoice_line_id,
        c.invoice_id,
        c.po_line_id,
        c.purchase_order_id,
        c.match_unit_id,
        c.entity_id,
        c.vendor_key,
        c.item_category,
        c.match_type,
        c.kind,
        c.takes_part,
        c.ordered_qty,
        c.po_unit_price,
        c.amount,
        c.currency,
        c.is_cancelled,
        c.is_non_po,
        k.policy_id,
        k.policy_hash,
        k.net_qty,
        k.invoice_unit_price,
        k.is_credited,
        k.allocated_qty,
        k.unallocated_qty,
        k.net_received_qty,
        k.price_variance,
        k.price_variance_amount,
        k.cum_invoiced,
        k.contract_number,
        k.contract_unit_price,
        k.price_differs,
        k.is_not_received,
        k.absence_is_accepted,
        k.is_receipt_due,
        k.names_unknown_po_line,
        k.is_po_due,
        k.next_change_at
    from {{ ref('match_candidate_line') }} as c
    inner join {{ ref('match_line_check') }} as k on c.invoice_line_id = k.invoice_line_id
),

-- Blocking findings of a line, and those of its invoice that keep it out.
objection as (
    select
        f.invoice_line_id,
        f.is_released
    from {{ of_units(ref('match_finding'), 'match_unit_id') }} as f
    inner join {{ ref('match_candidate_line') }} as c
        on f.invoice_id = c.invoice_id and f.invoice_line_id = c.invoice_line_id
    where f.blocking
    union all
    select
        c.invoice_line_id,
        f.is_released
    from {{ of_units(ref('match_finding'), 'match_unit_id') }} as f
    inner join {{ ref('match_candidate_line') }} as c on f.invoice_id = c.invoice_id
    where
        f.blocking
        and f.invoice_line_id is null
        and (
            (f.code = 'DUPLICATE_INVOICE' and c.is_duplicate)
            or (f.code = 'VENDOR_UNKNOWN' and c.vendor_is_unknown)
            or (f.code = 'MISSING_DATA' and c.is_missing_data)
        )
),

standing as (
    select
        invoice_line_id,
        min(case when is_released then 1 else 0 end) = 0 as is_held,
        max(case when is_released then 1 else 0 end) = 1 as is_released
    from objection
    group by invoice_line_id
),

judged as (
    select
        l.*,
        case
            when l.kind = 'credit' or l.is_cancelled or l.is_non_po or coalesce(l.match_type, '') = 'none'
                then 'not_applicable'
            when l.is_credited then 'credited'
            when standing.is_held then 'exception'
            when l.names_unknown_po_line and not l.is_po_due then 'awaiting_po'
            when l.is_not_received and not l.is_receipt_due and not l.absence_is_accepted then 'awaiting_receipt'
            when standing.is_released then 'released'
            when l.price_differs or l.cum_invoiced > l.ordered_qty or l.unallocated_qty > 0 then 'matched_in_tolerance'
            else 'matched'
        end as verdict
    from line as l
    left join standing on l.invoice_line_id = standing.invoice_line_id
)

select
    invoice_line_id,
    invoice_id,
    po_line_id,
    purchase_order_id,
    match_unit_id,
    entity_id,
    vendor_key,
    item_category,
    match_type,
    kind,
    verdict,
    takes_part,
    net_qty,
    allocated_qty,
    unallocated_qty,
    cum_invoiced,
    ordered_qty,
    net_received_qty,
    po_unit_price,
    invoice_unit_price,
    price_variance,
    price_variance_amount,
    contract_number,
    contract_unit_price,
    amount::numeric(20, 4) as amount,
    currency,
    policy_id,
    policy_hash,
    next_change_at
from judged
