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

-- Read by name each time: a common expression that is named three times is a copy of wide rows without statistics.
with line as (
    select * from {{ ref('match_line_check') }}
),

finding as (
    select
        f.invoice_id,
        f.invoice_line_id,
        f.code,
        f.is_released
    from {{ ref('match_finding') }} as f
    where f.blocking and f.invoice_id in (select c.invoice_id from {{ ref('match_line_check') }} as c)
),

-- Findings of a line, and those of its invoice that keep it out.
standing as (
    select
        l.invoice_line_id,
        min(case when f.is_released then 1 else 0 end) = 0 as is_held,
        max(case when f.is_released then 1 else 0 end) = 1 as is_released
    from {{ ref('match_line_check') }} as l
    inner join finding as f on l.invoice_id = f.invoice_id
    where
        f.invoice_line_id = l.invoice_line_id
        or (
            f.invoice_line_id is null
            and (
                (f.code = 'DUPLICATE_INVOICE' and l.is_duplicate)
                or (f.code = 'VENDOR_UNKNOWN' and l.vendor_is_unknown)
                or (f.code = 'MISSING_DATA' and l.is_missing_data)
            )
        )
    group by l.invoice_line_id
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
    case when is_contract_priced then contract_number end as contract_number,
    case when is_contract_priced then contract_unit_price end as contract_unit_price,
    amount::numeric(20, 4) as amount,
    currency,
    policy_id,
    policy_hash,
    next_change_at
from judged
