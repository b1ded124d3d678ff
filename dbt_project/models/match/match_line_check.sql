{{ config(indexes=[{'columns': ['invoice_line_id'], 'unique': true}], meta={'analyze': true}) }}

with allocated as (
    select
        a.invoice_line_id,
        sum(a.qty) as qty
    from {{ ref('match_allocation') }} as a
    {{ join_units('a.purchase_order_id') }}
    group by a.invoice_line_id
),

line as (
    select
        c.*,
        coalesce(c.invoice_date, {{ utc_date('c.received_at') }}) as policy_date,
        coalesce(n.net_qty, 0)::numeric(18, 6) as net_qty,
        coalesce(n.unit_price, c.unit_price) as invoice_unit_price,
        coalesce(n.is_credited, false) as is_credited,
        coalesce(allocated.qty, 0)::numeric(18, 6) as allocated_qty,
        po.net_received_qty,
        po.contract_number,
        po.contract_unit_price,
        c.takes_part and c.kind = 'invoice' and c.match_type in ('two_way', 'three_way', 'four_way') as is_checked,
        c.match_type in ('three_way', 'four_way') as needs_receipt
    from {{ ref('match_candidate_line') }} as c
    left join {{ ref('match_net_line') }} as n on c.invoice_line_id = n.invoice_line_id
    left join {{ ref('match_po_line') }} as po on c.po_line_id = po.po_line_id
    left join allocated on c.invoice_line_id = allocated.invoice_line_id
),

{{ choose_policy('line', {'entity_id': 'po_entity_id', 'currency': 'po_currency'}) }},

-- Each line by itself.
measured as (
    select
        line.*,
        policy.policy_id,
        policy.policy_hash,
        {{ chosen_limit('price_over_pct') }},
        {{ chosen_limit('price_over_amount') }},
        {{ chosen_limit('price_under_pct') }},
        {{ chosen_limit('price_under_amount') }},
        {{ chosen_limit('qty_ordered_over_pct') }},
        {{ chosen_limit('qty_ordered_over_qty') }},
        {{ chosen_limit('qty_received_over_pct') }},
        {{ chosen_limit('qty_received_over_qty') }},
        coalesce(policy.price_under_blocks, false) as price_under_blocks,
        coalesce(policy.receipt_grace_days, 0) as receipt_grace_days,
        coalesce(policy.po_grace_hours, 24) as po_grace_hours,
        (line.invoice_unit_price - line.po_unit_price)::numeric(19, 10) as price_variance,
        round((line.invoice_unit_price - line.po_unit_price) * line.net_qty, 2)::numeric(20, 4)
            as price_variance_amount,
        case when line.needs_receipt then line.net_qty - line.allocated_qty else 0 end::numeric(18, 6)
            as unallocated_qty,
        line.takes_part and line.kind = 'invoice' as counts
    from line_scoped as line
    {{ join_policy('line', 'line') }}
),

-- Of lines that take part, in invoice order through this one. The rows carry everything: sums beside them cost one
-- sort, while sums apart are a second reading of all that was joined above.
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

checked as (
    select
        m.*,
        case when m.counts then m.sum_invoiced end::numeric(18, 6) as cum_invoiced,
        case when m.counts then m.sum_unallocated end::numeric(18, 6) as cum_unallocated,
        case when m.counts then m.sum_price_over end::numeric(20, 4) as cum_price_over,
        case when m.counts then m.sum_price_under end::numeric(20, 4) as cum_price_under,
        m.is_checked and m.net_qty > 0 as is_judged,
        {{ utc_midnight("greatest(m.policy_date, " ~ utc_date('m.received_at') ~ ") + m.receipt_grace_days + 1") }}
            as receipt_grace_ends_at,
        {{ hours_after('m.received_at', 'm.po_grace_hours') }} as po_grace_ends_at
    from cumulated as m
),

breached as (
    select
        c.*,
        c.is_judged and c.price_variance_amount > 0 and {{ exceeds(
            'c.price_variance', 'c.price_over_pct', 'c.po_unit_price', 'c.cum_price_over', 'c.price_over_amount'
        ) }} as is_price_over,
        c.is_judged and c.price_variance_amount < 0 and {{ exceeds(
            '-c.price_variance', 'c.price_under_pct', 'c.po_unit_price', 'c.cum_price_under', 'c.price_under_amount'
        ) }} as is_price_under,
        c.is_judged and c.cum_invoiced > c.ordered_qty and {{ exceeds(
            '(c.cum_invoiced - c.ordered_qty)', 'c.qty_ordered_over_pct', 'c.ordered_qty',
            '(c.cum_invoiced - c.ordered_qty)', 'c.qty_ordered_over_qty'
        ) }} as is_over_ordered,
        c.is_judged and c.unallocated_qty > 0 and {{ exceeds(
            'c.unallocated_qty', 'c.qty_received_over_pct', 'c.net_qty', 'c.cum_unallocated', 'c.qty_received_over_qty'
        ) }} as is_not_received,
        c.is_judged and c.price_variance_amount <> 0 as price_differs,
        c.is_judged and c.contract_unit_price is not null and not c.is_substitute and not c.is_item_mismatch
            as is_contract_priced,
        not c.is_cancelled and not c.is_non_po and not c.po_line_is_known as names_unknown_po_line
    from checked as c
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
    b.*,
    b.is_not_received and (
        {{ as_of() }} >= b.receipt_grace_ends_at or (b.is_closed and b.net_received_qty = 0)
    ) as is_receipt_due,
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
