{{ config(materialized='ephemeral') }}

with invoice as (
    select
        i.invoice_id,
        i.purchase_order_id,
        i.entity_id,
        coalesce(o.vendor_key, i.vendor_key) as vendor_key,
        i.vendor_key as invoice_vendor_key,
        o.vendor_key as po_vendor_key,
        null::text as item_category,
        null::text as match_type,
        i.currency,
        coalesce(o.currency, i.currency) as po_currency,
        i.net_amount as invoice_net_amount,
        i.gross_amount,
        i.invoice_date,
        coalesce(i.received_at, i.entered_at, i._known_at) as received_at,
        o.purchase_order_id is not null as po_is_known,
        o.status as po_status,
        case when o.status in ('closed', 'cancelled') then {{ utc_date('o.closed_at') }} end as closed_date,
        i.is_posted,
        i.correlation_id,
        not i.is_cancelled and i.kind = 'invoice' and i.net_amount >= 0 as is_billed,
        i.vendor_is_known,
        i.vendor_is_known and o.vendor_key is not null and i.vendor_key <> o.vendor_key as is_vendor_mismatch,
        duplicate.original_invoice_id,
        duplicate.invoice_id is not null as is_duplicate,
        i.invoice_date is null or coalesce(i.invoice_number, '') = '' as is_missing_data
    from {{ of_units(ref('int_invoices'), 'invoice_id') }} as i
    left join {{ ref('int_purchase_orders') }} as o on i.purchase_order_id = o.purchase_order_id
    left join {{ ref('match_duplicate_invoice') }} as duplicate on i.invoice_id = duplicate.invoice_id
    where i.line_count = 0 and not i.has_only_held_lines and i.names_po
),

-- Released findings that let an invoice back in. What a text says must be what was released.
released as (
    select
        i.invoice_id,
        max(case when r.code = 'DUPLICATE_INVOICE' then 1 else 0 end) = 1 as duplicate_is_released,
        max(case when r.code = 'VENDOR_MISMATCH' then 1 else 0 end) = 1 as vendor_mismatch_is_released
    from invoice as i
    inner join {{ ref('int_holds_released') }} as r
        on
            i.invoice_id = r.invoice_id
            and r.invoice_line_id is null
            and (
                (
                    r.code = 'DUPLICATE_INVOICE'
                    and {{ release_covers('i.original_invoice_id', 'r.actual', "'other'") }}
                )
                or (
                    r.code = 'VENDOR_MISMATCH'
                    and {{ release_covers('i.invoice_vendor_key', 'r.actual', "'other'") }}
                )
            )
    where i.is_duplicate or i.is_vendor_mismatch
    group by i.invoice_id
),

{{ find_rates('invoice') }},

-- Units of the order's currency per unit of the invoice's; null where they differ and there is no rate.
rated as (
    select
        i.*,
        {{ joined_rate('i', 'i.po_currency') }} as fx_rate
    from invoice as i
    {{ join_rate('invoice', 'i', 'i.po_currency') }}
)

select
    i.*,
    round(i.invoice_net_amount * i.fx_rate, 2)::numeric(20, 4) as net_amount,
    coalesce(i.invoice_date, {{ utc_date('i.received_at') }}) as policy_date,
    i.is_billed
    and i.po_is_known
    and i.vendor_is_known
    and not (i.is_vendor_mismatch and not coalesce(released.vendor_mismatch_is_released, false))
    and not (i.is_duplicate and not coalesce(released.duplicate_is_released, false))
    and not i.is_missing_data
    and i.fx_rate is not null as takes_part
from rated as i
left join released on i.invoice_id = released.invoice_id
