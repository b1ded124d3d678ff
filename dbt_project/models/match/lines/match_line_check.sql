{{ config(meta={'analyze': true}) }}

with allocated as (
    select
        a.invoice_line_id,
        sum(a.qty) as qty
    from {{ of_units(ref('match_allocation'), 'purchase_order_id') }} as a
    where a.invoice_line_id is not null
    group by a.invoice_line_id
),

line as (
    select
        c.invoice_line_id,
        c.invoice_id,
        c.po_line_id,
        c.line_number,
        c.invoice_date,
        c.received_at,
        c.match_type,
        {%- for column in scope_columns() %}
        c.{{ column }}_scope,
        {%- endfor %}
        c.policy_date,
        c.ordered_qty,
        c.po_unit_price,
        c.is_closed,
        coalesce(n.net_qty, 0)::numeric(18, 6) as net_qty,
        coalesce(n.unit_price, c.unit_price) as invoice_unit_price,
        coalesce(n.is_credited, false) as is_credited,
        coalesce(allocated.qty, 0)::numeric(18, 6) as allocated_qty,
        po.net_received_qty,
        po.contract_number,
        po.contract_unit_price,
        not c.is_substitute and not c.is_item_mismatch as is_ordered_item,
        c.takes_part and c.kind = 'invoice' as counts,
        c.takes_part and c.kind = 'invoice' and c.match_type in ('two_way', 'three_way', 'four_way') as is_checked,
        c.match_type in ('three_way', 'four_way') as needs_receipt,
        not c.is_cancelled and not c.is_non_po and not c.po_line_is_known as names_unknown_po_line
    from {{ ref('match_candidate_line') }} as c
    left join {{ ref('match_net_line') }} as n on c.invoice_line_id = n.invoice_line_id
    left join {{ ref('match_po_line') }} as po on c.po_line_id = po.po_line_id
    left join allocated on c.invoice_line_id = allocated.invoice_line_id
),

-- Each line by itself.
measured as (
    select
        line.*,
        (line.invoice_unit_price - line.po_unit_price)::numeric(19, 10) as price_variance,
        round((line.invoice_unit_price - line.po_unit_price) * line.net_qty, 2)::numeric(20, 4)
            as price_variance_amount,
        case when line.needs_receipt then line.net_qty - line.allocated_qty else 0 end::numeric(18, 6)
            as unallocated_qty
    from line
),

-- Of lines that take part, in invoice order through this one.
cumulated as (
    select
        m.*,
        sum(case when m.counts then m.net_qty end) over through_this as sum_invoiced,
        sum(case when m.counts then m.unallocated_qty end) over through_this as sum_unallocated,
        sum(case when m.counts then greatest(m.price_variance_amount, 0) end) over through_this as sum_price_over,
        sum(case when m.counts then greatest(-m.price_variance_amount, 0) end) over through_this as sum_price_under
    from measured as m
    window through_this as (
        partition by m.po_line_id
        order by {{ invoice_order('m') }}
        rows between unbounded preceding and current row
    )
),

{{ choose_policy_by_scope('line', ref('match_candidate_line')) }},

limited as (
    select
        c.*,
        policy.policy_id,
        policy.policy_hash,
        {%- for limit in line_limits() %}
        {{ chosen_limit(limit) }},
        {%- endfor %}
        case when c.counts then c.sum_invoiced end::numeric(18, 6) as cum_invoiced,
        case when c.counts then c.sum_unallocated end::numeric(18, 6) as cum_unallocated,
        case when c.counts then c.sum_price_over end::numeric(20, 4) as cum_price_over,
        case when c.counts then c.sum_price_under end::numeric(20, 4) as cum_price_under,
        c.is_checked and c.net_qty > 0 as is_judged,
        {{ utc_midnight(
            "greatest(c.policy_date, " ~ utc_date('c.received_at') ~ ") + coalesce(policy.receipt_grace_days, 0) + 1"
        ) }} as receipt_grace_ends_at,
        {{ hours_after('c.received_at', 'coalesce(policy.po_grace_hours, 24)') }} as po_grace_ends_at
    from cumulated as c
    {{ join_policy('line', 'c') }}
),

breached as (
    select
        l.*,
        l.is_judged and l.price_variance_amount > 0 and {{ exceeds(
            'l.price_variance', 'l.price_over_pct', 'l.po_unit_price', 'l.cum_price_over', 'l.price_over_amount'
        ) }} as is_price_over,
        l.is_judged and l.price_variance_amount < 0 and {{ exceeds(
            '-l.price_variance', 'l.price_under_pct', 'l.po_unit_price', 'l.cum_price_under', 'l.price_under_amount'
        ) }} as is_price_under,
        l.is_judged and l.cum_invoiced > l.ordered_qty and {{ exceeds(
            '(l.cum_invoiced - l.ordered_qty)', 'l.qty_ordered_over_pct', 'l.ordered_qty',
            '(l.cum_invoiced - l.ordered_qty)', 'l.qty_ordered_over_qty'
        ) }} as is_over_ordered,
        l.is_judged and l.unallocated_qty > 0 and {{ exceeds(
            'l.unallocated_qty', 'l.qty_received_over_pct', 'l.net_qty', 'l.cum_unallocated', 'l.qty_received_over_qty'
        ) }} as is_not_received
    from limited as l
),

-- A receipt's absence that a person accepted needs no grace.
accepted as (
    select
        b.*,
        b.is_not_received and exists (
            select 1
            from {{ ref('int_holds_released') }} as r
            where
                b.invoice_id = r.invoice_id
                and r.code = case
                    when b.match_type = 'four_way' and b.cum_invoiced <= b.net_received_qty then 'QTY_ACCEPTED'
                    else 'QTY_RECEIVED'
                end
                and coalesce(r.invoice_line_id, b.invoice_line_id) = b.invoice_line_id
                and {{ release_covers('b.unallocated_qty::text', 'r.actual', "'higher'") }}
        ) as absence_is_accepted
    from breached as b
)

select
    b.invoice_line_id,
    b.policy_id,
    b.policy_hash,
    b.net_qty,
    b.invoice_unit_price,
    b.is_credited,
    b.allocated_qty,
    b.unallocated_qty,
    b.net_received_qty,
    b.price_variance,
    b.price_variance_amount,
    b.cum_invoiced,
    b.cum_price_over,
    b.cum_price_under,
    case when b.is_judged and b.is_ordered_item then b.contract_number end as contract_number,
    case when b.is_judged and b.is_ordered_item then b.contract_unit_price end as contract_unit_price,
    b.is_price_over,
    b.is_price_under,
    b.is_over_ordered,
    b.is_not_received,
    b.absence_is_accepted,
    b.is_judged and b.price_variance_amount <> 0 as price_differs,
    b.is_not_received and (
        {{ as_of() }} >= b.receipt_grace_ends_at or (b.is_closed and b.net_received_qty = 0)
    ) as is_receipt_due,
    b.names_unknown_po_line,
    b.names_unknown_po_line and {{ as_of() }} >= b.po_grace_ends_at as is_po_due,
    case
        when b.names_unknown_po_line and {{ as_of() }} < b.po_grace_ends_at
            then b.po_grace_ends_at
        when
            b.is_not_received
            and {{ as_of() }} < b.receipt_grace_ends_at
            and not (b.is_closed and b.net_received_qty = 0)
            then b.receipt_grace_ends_at
    end as next_change_at
from accepted as b
