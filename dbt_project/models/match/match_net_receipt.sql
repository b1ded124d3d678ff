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
        r.named_receipt_line_id,
        po.match_type
    from {{ ref('int_receipt_lines') }} as r
    {{ join_units('r.purchase_order_id') }}
    inner join {{ ref('int_purchase_order_lines') }} as po on r.po_line_id = po.po_line_id
    where r.is_linked and r.qty > 0
),

receipt as (
    select * from line
    where kind = 'receipt'
),

-- A receipt line that is named but belongs to another PO line counts as not named.
returned as (
    select
        r.po_line_id,
        target.receipt_line_id as target_line_id,
        sum(r.qty) as qty
    from line as r
    left join receipt as target
        on r.named_receipt_line_id = target.receipt_line_id and r.po_line_id = target.po_line_id
    where r.kind = 'return'
    group by r.po_line_id, target.receipt_line_id
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
reduced_by_pool as (
    select
        r.receipt_line_id,
        {{ taken_in_turn('r.left_qty', 'pool.qty', 'r.po_line_id', receipt_order('r', 'desc')) }} as qty
    from reduced_by_name as r
    inner join pool on r.po_line_id = pool.po_line_id
),

netted as (
    select
        r.*,
        r.left_qty - coalesce(p.qty, 0) as net_qty
    from reduced_by_name as r
    left join reduced_by_pool as p on r.receipt_line_id = p.receipt_line_id
)

select
    receipt_line_id,
    purchase_order_id,
    po_line_id,
    match_type,
    kind,
    received_at,
    qty,
    rejected_qty,
    net_qty::numeric(18, 6) as net_qty,
    case
        when match_type = 'four_way' then least(coalesce(accepted_qty, 0), net_qty)
        else net_qty
    end::numeric(18, 6) as open_qty
from netted

union all

-- A return has nothing left that an invoice could be allocated to.
select
    receipt_line_id,
    purchase_order_id,
    po_line_id,
    match_type,
    kind,
    received_at,
    qty,
    null as rejected_qty,
    0::numeric(18, 6) as net_qty,
    0::numeric(18, 6) as open_qty
from line
where kind = 'return'
