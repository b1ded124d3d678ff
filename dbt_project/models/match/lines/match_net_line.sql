{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': ['match_unit_id']}},
        indexes=[
            {'columns': ['invoice_line_id'], 'unique': true},
            {'columns': ['match_unit_id']},
        ],
    )
}}

-- depends_on: {{ ref('match_touched') }}

-- Lines of the PO lines that are credited: all others stay as they are.
with line as (
    select c.*
    from {{ ref('match_candidate_line') }} as c
    where
        c.po_line_is_known
        and c.po_line_id in (
            select credit.po_line_id
            from {{ ref('match_candidate_line') }} as credit
            where credit.po_line_is_known and credit.kind = 'credit' and credit.takes_part
        )
),

billed as (
    select * from line
    where kind = 'invoice'
),

-- A line that is named but belongs to another PO line counts as not named.
credit as (
    select
        c.*,
        target.invoice_line_id as target_line_id,
        target.takes_part as target_takes_part
    from line as c
    left join billed as target
        on c.credited_invoice_line_id = target.invoice_line_id and c.po_line_id = target.po_line_id
    where c.kind = 'credit' and c.takes_part
),

-- A credit that names a line kept out reduces that one only.
reduced_outside as (
    select
        target_line_id as invoice_line_id,
        sum(qty) as qty
    from credit
    where qty > 0 and not target_takes_part
    group by target_line_id
),

unnamed as (
    select
        credit.*,
        row_number() over (
            partition by po_line_id, qty, unit_price order by {{ invoice_order('credit') }}
        ) as place
    from credit
    where qty > 0 and target_line_id is null
),

held_duplicate as (
    select
        b.*,
        row_number() over (
            partition by b.po_line_id, b.qty, b.unit_price order by {{ invoice_order('b') }}
        ) as place
    from billed as b
    left join reduced_outside as o on b.invoice_line_id = o.invoice_line_id
    where b.is_held_duplicate and not b.is_cancelled and b.qty > 0 and o.invoice_line_id is null
),

-- Unnamed credits first cancel held duplicates of equal quantity and price, first with first.
paired as (
    select
        u.invoice_line_id as credit_line_id,
        d.invoice_line_id as duplicate_line_id
    from unnamed as u
    inner join held_duplicate as d
        on u.po_line_id = d.po_line_id and u.qty = d.qty and u.unit_price = d.unit_price and u.place = d.place
),

named as (
    select
        target_line_id as invoice_line_id,
        sum(qty) as qty
    from credit
    where qty > 0 and target_takes_part
    group by target_line_id
),

-- Named credits reduce their line, at most to zero; the rest is pooled.
reduced_by_name as (
    select
        b.invoice_line_id,
        b.po_line_id,
        b.invoice_id,
        b.invoice_date,
        b.line_number,
        b.amount,
        b.qty - least(b.qty, coalesce(named.qty, 0)) as left_qty,
        coalesce(named.qty, 0) - least(b.qty, coalesce(named.qty, 0)) as rest_qty
    from billed as b
    left join named on b.invoice_line_id = named.invoice_line_id
    where b.takes_part
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
            u.po_line_id,
            u.qty
        from unnamed as u
        left join paired on u.invoice_line_id = paired.credit_line_id
        where paired.credit_line_id is null
    ) as part
    group by po_line_id
),

-- The pool reduces lines from the latest to the earliest.
reduced_by_pool as (
    select
        r.invoice_line_id,
        {{ taken_in_turn('r.left_qty', 'pool.qty', 'r.po_line_id', invoice_order('r', 'desc')) }} as qty
    from reduced_by_name as r
    inner join pool on r.po_line_id = pool.po_line_id
),

-- A price credit that names no line goes to the latest line whose amount covers it. Together they lower a line's
-- amount to zero at most; what is over is left unplaced.
found_line as (
    select
        c.invoice_line_id as credit_line_id,
        r.invoice_line_id,
        c.amount,
        row_number() over (partition by c.invoice_line_id order by {{ invoice_order('r', 'desc') }}) as preference
    from credit as c
    inner join reduced_by_name as r on c.po_line_id = r.po_line_id and c.amount <= r.amount
    where c.qty = 0 and c.target_line_id is null
),

price_credit as (
    select
        invoice_line_id as credit_line_id,
        target_line_id as invoice_line_id,
        amount
    from credit
    where qty = 0 and target_line_id is not null
    union all
    select
        credit_line_id,
        invoice_line_id,
        amount
    from found_line
    where preference <= 1
),

price_reduction as (
    select
        invoice_line_id,
        sum(amount) as amount
    from price_credit
    group by invoice_line_id
),

netted as (
    select
        b.invoice_line_id,
        b.invoice_id,
        b.match_unit_id,
        b.po_line_id,
        b.kind,
        b.takes_part,
        case
            when b.takes_part then coalesce(r.left_qty, b.qty) - coalesce(p.qty, 0)
            when d.duplicate_line_id is not null then 0
            else greatest(0, coalesce(b.qty, 0) - coalesce(o.qty, 0))
        end as net_qty,
        coalesce(b.qty, 0) as gross_qty,
        {{ quotient('b.amount - least(b.amount, coalesce(price.amount, 0))', 'b.qty') }} as unit_price,
        case when b.takes_part then greatest(0, coalesce(price.amount, 0) - b.amount) else 0 end as unplaced_amount
    from {{ ref('match_candidate_line') }} as b
    left join reduced_by_name as r on b.invoice_line_id = r.invoice_line_id
    left join reduced_by_pool as p on b.invoice_line_id = p.invoice_line_id
    left join paired as d on b.invoice_line_id = d.duplicate_line_id
    left join reduced_outside as o on b.invoice_line_id = o.invoice_line_id
    left join price_reduction as price on b.invoice_line_id = price.invoice_line_id
    where b.po_line_is_known and b.kind = 'invoice'
)

select
    invoice_line_id,
    invoice_id,
    match_unit_id,
    po_line_id,
    kind,
    takes_part,
    net_qty::numeric(18, 6) as net_qty,
    unit_price,
    net_qty = 0 and gross_qty > 0 as is_credited,
    case when takes_part then gross_qty - net_qty else 0 end::numeric(18, 6) as credited_qty,
    0::numeric(18, 6) as credit_qty,
    unplaced_amount::numeric(20, 4) as unplaced_amount
from netted

union all

-- Of credits: the quantity that should find lines of the PO line to reduce, and price credits that found none.
select
    c.invoice_line_id,
    c.invoice_id,
    c.match_unit_id,
    c.po_line_id,
    c.kind,
    c.takes_part,
    0::numeric(18, 6) as net_qty,
    c.unit_price,
    false as is_credited,
    0::numeric(18, 6) as credited_qty,
    case
        when not coalesce(c.target_takes_part, true) or paired.credit_line_id is not null then 0
        else c.qty
    end::numeric(18, 6) as credit_qty,
    case
        when c.qty = 0 and price_credit.credit_line_id is null then c.amount
        else 0
    end::numeric(20, 4) as unplaced_amount
from credit as c
left join paired on c.invoice_line_id = paired.credit_line_id
left join price_credit on c.invoice_line_id = price_credit.credit_line_id
