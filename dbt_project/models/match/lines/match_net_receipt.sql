{{ config(meta={'analyze': true}) }}

with line as (
    select
        r.receipt_line_id,
        r.purchase_order_id,
        r.po_line_id,
        r.kind,
        r.qty,
        r.accepted_qty,
        r.rejected_qty,
        r.received_at,
        po.match_type
    from {{ of_units(ref('int_receipt_lines'), 'purchase_order_id') }} as r
    inner join {{ ref('int_purchase_order_lines') }} as po on r.po_line_id = po.po_line_id
    where r.is_linked and r.qty > 0
),

-- What was returned, and the receipts of the PO lines that it was ordered on: all others stay as they are.
return_line as (
    select
        r.po_line_id,
        r.named_receipt_line_id,
        r.qty
    from {{ of_units(ref('int_receipt_lines'), 'purchase_order_id') }} as r
    where r.is_linked and r.qty > 0 and r.kind = 'return'
),

receipt as (
    select
        r.receipt_line_id,
        r.po_line_id,
        r.qty,
        r.received_at
    from {{ of_units(ref('int_receipt_lines'), 'purchase_order_id') }} as r
    where
        r.is_linked
        and r.qty > 0
        and r.kind = 'receipt'
        and r.po_line_id in (select b.po_line_id from return_line as b)
),

-- A receipt line that is named but belongs to another PO line counts as not named.
returned as (
    select
        return_line.po_line_id,
        target.receipt_line_id as target_line_id,
        sum(return_line.qty) as qty
    from return_line
    left join receipt as target
        on return_line.named_receipt_line_id = target.receipt_line_id and return_line.po_line_id = target.po_line_id
    group by return_line.po_line_id, target.receipt_line_id
),

reduced_by_name as (
    select
        receipt.*,
        receipt.qty - least(receipt.qty, coalesce(returned.qty, 0)) as left_qty,
        coalesce(returned.qty, 0) - least(receipt.qty, coalesce(returned.qty, 0)) as rest_qty
    from receipt
    left join returned on receipt.receipt_line_id = returned.target_line_id
),

pool as (
    select
        po_line_id,
        sum(qty) as qty
    from (
        select
            po_line_id,
            rest_qty as qty
        from reduced_by_name
        where rest_qty > 0
        union all
        select
            po_line_id,
            qty
        from returned
        where target_line_id is null
    ) as part
    group by po_line_id
),

-- The pool reduces receipts from the latest to the earliest.
reduced as (
    select
        r.receipt_line_id,
        r.left_qty - case
            when pool.qty is null then 0
            else {{ taken_in_turn('r.left_qty', 'pool.qty', 'r.po_line_id', receipt_order('r', 'desc')) }}
        end as net_qty
    from reduced_by_name as r
    left join pool on r.po_line_id = pool.po_line_id
),

netted as (
    select
        line.*,
        -- of a return nothing is left that an invoice could be allocated to
        case when line.kind = 'return' then 0 else coalesce(reduced.net_qty, line.qty) end::numeric(18, 6) as net_qty
    from line
    left join reduced on line.receipt_line_id = reduced.receipt_line_id
)

select
    receipt_line_id,
    purchase_order_id,
    po_line_id,
    match_type,
    kind,
    received_at,
    qty,
    case when kind = 'receipt' then rejected_qty end as rejected_qty,
    net_qty,
    case
        when match_type = 'four_way' then least(coalesce(accepted_qty, 0), net_qty)
        else net_qty
    end::numeric(18, 6) as open_qty
from netted
