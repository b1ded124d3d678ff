{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': ['match_unit_id']}},
        indexes=[
            {'columns': ['hold_id'], 'unique': true},
            {'columns': ['match_unit_id']},
            {'columns': ['invoice_id']},
        ],
    )
}}

-- Lines that anything can be said against.
with line as (
    select
        c.*,
        coalesce(
            c.purchase_order_id || ' line ' || substr(c.po_line_id, length(c.purchase_order_id) + 2),
            c.purchase_order_id,
            'none'
        ) as po_line_in_words,
        c.match_type = 'four_way' and c.cum_invoiced <= c.net_received_qty as is_not_accepted
    from {{ ref('match_line_check') }} as c
    where
        not c.is_cancelled
        and not c.is_non_po
        and (
            c.is_price_over
            or c.is_price_under
            or c.is_over_ordered
            or c.is_receipt_due
            or (c.is_not_received and c.absence_is_accepted)
            or c.is_po_due
            or c.is_vendor_mismatch
            or c.is_item_mismatch
            or c.is_unconvertible
            or (
                c.kind = 'invoice'
                and (
                    (c.takes_part and c.match_type = 'receipt_only' and c.net_qty > 0)
                    or c.po_status = 'draft'
                    or c.closed_date < c.invoice_date
                )
            )
        )
),

line_finding as (
    select
        'PRICE_OVER' as code,
        l.invoice_line_id,
        {{ plain('l.po_unit_price') }} as expected,
        {{ plain('l.invoice_unit_price') }} as actual,
        {{ limits_in_words('l.price_over_pct', 'l.price_over_amount', ' in all') }} as limit_applied,
        abs(l.price_variance_amount) as amount_at_risk,
        null::boolean as blocks,
        'The invoice price of ' || {{ plain('l.invoice_unit_price') }} || ' per ' || coalesce(l.base_unit, 'unit')
        || ' is ' || {{ plain('l.price_variance') }} || ' over the PO price of ' || {{ plain('l.po_unit_price') }}
        || ': ' || {{ plain('l.price_variance_amount') }} || ' on this line, ' || {{ plain('l.cum_price_over') }}
        || ' in all.' as explanation
    from line as l
    where l.is_price_over

    union all

    select
        'PRICE_UNDER' as code,
        l.invoice_line_id,
        {{ plain('l.po_unit_price') }} as expected,
        {{ plain('l.invoice_unit_price') }} as actual,
        {{ limits_in_words('l.price_under_pct', 'l.price_under_amount', ' in all') }} as limit_applied,
        abs(l.price_variance_amount) as amount_at_risk,
        l.price_under_blocks as blocks,
        'The invoice price of ' || {{ plain('l.invoice_unit_price') }} || ' per ' || coalesce(l.base_unit, 'unit')
        || ' is ' || {{ plain('-l.price_variance') }} || ' under the PO price of ' || {{ plain('l.po_unit_price') }}
        || ': ' || {{ plain('-l.price_variance_amount') }} || ' on this line, ' || {{ plain('l.cum_price_under') }}
        || ' in all.' as explanation
    from line as l
    where l.is_price_under

    union all

    select
        'QTY_ORDERED' as code,
        l.invoice_line_id,
        {{ plain('l.ordered_qty') }} as expected,
        {{ plain('l.cum_invoiced') }} as actual,
        {{ limits_in_words('l.qty_ordered_over_pct', 'l.qty_ordered_over_qty', '') }} as limit_applied,
        round(least(l.cum_invoiced - l.ordered_qty, l.net_qty) * l.invoice_unit_price, 2) as amount_at_risk,
        null::boolean as blocks,
        'With this line ' || {{ plain('l.cum_invoiced') }} || ' ' || coalesce(l.base_unit, 'units')
        || ' are invoiced, ' || {{ plain('l.cum_invoiced - l.ordered_qty') }} || ' more than the '
        || {{ plain('l.ordered_qty') }} || ' ordered.' as explanation
    from line as l
    where l.is_over_ordered

    union all

    select
        case when l.is_not_accepted then 'QTY_ACCEPTED' else 'QTY_RECEIVED' end as code,
        l.invoice_line_id,
        '0' as expected,
        {{ plain('l.unallocated_qty') }} as actual,
        {{ limits_in_words('l.qty_received_over_pct', 'l.qty_received_over_qty', '') }} as limit_applied,
        round(l.unallocated_qty * l.invoice_unit_price, 2) as amount_at_risk,
        null::boolean as blocks,
        {{ plain('l.unallocated_qty') }} || ' of the ' || {{ plain('l.net_qty') }} || ' '
        || coalesce(l.base_unit, 'units') || ' invoiced are not covered by '
        || case when l.is_not_accepted then 'accepted goods' else 'receipts' end || '; '
        || {{ plain('l.net_received_qty') }} || ' were received on the PO line in all.' as explanation
    from line as l
    where l.is_receipt_due or (l.is_not_received and l.absence_is_accepted)

    union all

    select
        'UNEXPECTED_INVOICE' as code,
        l.invoice_line_id,
        'no invoice' as expected,
        'an invoice' as actual,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks,
        'PO line ' || l.po_line_in_words || ' is paid by its receipts; no invoice is due.' as explanation
    from line as l
    where l.kind = 'invoice' and l.takes_part and l.match_type = 'receipt_only' and l.net_qty > 0

    union all

    select
        'PO_NOT_FOUND' as code,
        l.invoice_line_id,
        'a known PO line' as expected,
        l.po_line_in_words as actual,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks,
        'The line names PO line ' || l.po_line_in_words || ', which is not known ' || l.po_grace_hours
        || ' hours after the invoice was received.' as explanation
    from line as l
    where l.is_po_due

    union all

    select
        'PO_NOT_APPROVED' as code,
        l.invoice_line_id,
        'approved' as expected,
        l.po_status as actual,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks,
        'Purchase order ' || l.purchase_order_id || ' is a draft.' as explanation
    from line as l
    where l.kind = 'invoice' and l.po_status = 'draft' and not l.is_credited

    union all

    select
        'PO_CLOSED' as code,
        l.invoice_line_id,
        l.invoice_date::text as expected,
        l.closed_date::text as actual,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks,
        'PO line ' || l.po_line_in_words || ' was closed on ' || l.closed_date || ', before the invoice of '
        || l.invoice_date || '.' as explanation
    from line as l
    where l.kind = 'invoice' and l.closed_date < l.invoice_date and not l.is_credited

    union all

    select
        'VENDOR_MISMATCH' as code,
        l.invoice_line_id,
        l.po_vendor_key as expected,
        l.invoice_vendor_key as actual,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks,
        'The invoice is from vendor ' || l.invoice_vendor_key || ', the purchase order went to vendor '
        || l.po_vendor_key || '.' as explanation
    from line as l
    where l.is_vendor_mismatch

    union all

    select
        'ITEM_MISMATCH' as code,
        l.invoice_line_id,
        l.po_item_number as expected,
        l.item_number as actual,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks,
        'Item ' || l.item_number || ' is invoiced; ' || l.po_item_number
        || ' was ordered and the other is no approved substitute.' as explanation
    from line as l
    where l.is_item_mismatch

    union all

    select
        'UOM_UNCONVERTIBLE' as code,
        l.invoice_line_id,
        coalesce(l.base_unit, l.po_unit) as expected,
        l.unit as actual,
        null as limit_applied,
        l.amount as amount_at_risk,
        null::boolean as blocks,
        'Unit ' || coalesce(l.unit, 'none') || ' cannot be converted to ' || coalesce(l.base_unit, l.po_unit, 'none')
        || ' for this item.' as explanation
    from line as l
    where l.is_unconvertible
),

invoice as (
    select i.*
    from {{ ref('int_invoices') }} as i
    {{ join_units('i.invoice_id') }}
    where not i.is_cancelled
),

-- A duplicate's hold clears when credits have cancelled all its lines.
held_line as (
    select
        l.invoice_id,
        count(*) as lines,
        sum(case when n.is_credited then 1 else 0 end) as credited_lines
    from {{ ref('int_invoice_lines') }} as l
    {{ join_units('l.invoice_id') }}
    inner join {{ ref('match_duplicate_invoice') }} as d on l.invoice_id = d.invoice_id
    left join {{ ref('match_net_line') }} as n on l.invoice_line_id = n.invoice_line_id
    where l.kind = 'invoice'
    group by l.invoice_id
),

-- Lines of touched invoices that carry no quantity, on whichever unit they are.
empty_line as (
    select
        l.invoice_id,
        min(l.line_number) as first_line
    from {{ ref('int_invoice_lines') }} as l
    {{ join_units('l.invoice_id') }}
    inner join {{ ref('int_purchase_order_lines') }} as po on l.po_line_id = po.po_line_id
    where l.kind = 'invoice' and po.basis = 'quantity' and coalesce(l.qty_source, 0) = 0
    group by l.invoice_id
),

footed as (
    select
        i.invoice_id,
        i.entity_id,
        i.vendor_key,
        null::text as item_category,
        null::text as match_type,
        i.currency,
        coalesce(i.invoice_date, {{ utc_date('coalesce(i.received_at, i._known_at)') }}) as policy_date,
        i.gross_amount,
        coalesce(i.lines_amount, i.net_amount)
        + coalesce(i.tax_amount, 0) + coalesce(i.freight_amount, 0) + coalesce(i.other_amount, 0) as footed_amount
    from invoice as i
),

{{ choose_policy('footed') }},

misfooted as (
    select
        f.*,
        policy.policy_id,
        {{ chosen_limit('total_amount') }}
    from footed_scoped as f
    {{ join_policy('footed', 'f') }}
    where f.gross_amount <> f.footed_amount
),

invoice_finding as (
    select
        'DUPLICATE_INVOICE' as code,
        i.invoice_id,
        'one invoice' as expected,
        d.original_invoice_id as actual,
        null as limit_applied,
        null as policy_id,
        i.gross_amount as amount_at_risk,
        'Invoice ' || i.invoice_number || ' has the vendor, number and gross of ' || d.original_invoice_id || '.'
            as explanation
    from invoice as i
    inner join {{ ref('match_duplicate_invoice') }} as d on i.invoice_id = d.invoice_id
    left join held_line on i.invoice_id = held_line.invoice_id
    where coalesce(held_line.lines > held_line.credited_lines, true)

    union all

    select
        'VENDOR_UNKNOWN' as code,
        i.invoice_id,
        'a vendor of the ERP' as expected,
        coalesce(i.vendor_number, 'none') as actual,
        null as limit_applied,
        null as policy_id,
        i.gross_amount as amount_at_risk,
        'Vendor number ' || coalesce(i.vendor_number, '(none)') || ' stands for no vendor of the ERP.' as explanation
    from invoice as i
    where not i.vendor_is_known

    union all

    select
        'VENDOR_INACTIVE' as code,
        i.invoice_id,
        'active' as expected,
        'blocked or inactive' as actual,
        null as limit_applied,
        null as policy_id,
        i.gross_amount as amount_at_risk,
        'Vendor ' || i.vendor_key || ' was blocked or inactive on ' || i.invoice_date || '.' as explanation
    from invoice as i
    where i.vendor_inactive_since <= i.invoice_date

    union all

    select
        'MISSING_DATA' as code,
        i.invoice_id,
        'date, number and quantities' as expected,
        concat_ws(
            ', ',
            case when i.invoice_date is null then 'date' end,
            case when coalesce(i.invoice_number, '') = '' then 'number' end,
            case when empty_line.invoice_id is not null then 'quantity' end
        ) as actual,
        null as limit_applied,
        null as policy_id,
        i.gross_amount as amount_at_risk,
        'The invoice has no ' || concat_ws(
            ' and no ',
            case when i.invoice_date is null then 'date' end,
            case when coalesce(i.invoice_number, '') = '' then 'number' end,
            case when empty_line.invoice_id is not null then 'quantity on line ' || empty_line.first_line end
        ) || '.' as explanation
    from invoice as i
    left join empty_line on i.invoice_id = empty_line.invoice_id
    where i.invoice_date is null or coalesce(i.invoice_number, '') = '' or empty_line.invoice_id is not null

    union all

    select
        'TOTAL_MISMATCH' as code,
        m.invoice_id,
        '0' as expected,
        {{ plain('m.gross_amount - m.footed_amount') }} as actual,
        {{ plain('m.total_amount') }} as limit_applied,
        m.policy_id,
        abs(m.gross_amount - m.footed_amount) as amount_at_risk,
        'Gross is ' || {{ plain('m.gross_amount') }} || ', but lines, tax and charges come to '
        || {{ plain('m.footed_amount') }} || '.' as explanation
    from misfooted as m
    where abs(m.gross_amount - m.footed_amount) > m.total_amount
),

po_line as (
    select p.*
    from {{ ref('match_po_line') }} as p
    {{ join_units('p.purchase_order_id') }}
    where
        p.net_received_qty <> p.ordered_qty
        or p.rejected_qty > 0
        or p.excess_return_qty > 0
        or p.excess_credit_amount > 0
        or p.excess_credit_qty > 0
),

po_line_finding as (
    select
        'RECEIPT_SHORT' as code,
        p.po_line_id,
        {{ plain('p.ordered_qty') }} as expected,
        {{ plain('p.net_received_qty') }} as actual,
        p.ordered_qty - p.net_received_qty as qty,
        null::numeric as amount,
        'The line is closed and ' || {{ plain('p.net_received_qty') }} || ' of ' || {{ plain('p.ordered_qty') }}
        || ' ordered were received.' as explanation
    from po_line as p
    where
        p.is_closed
        and p.net_received_qty < p.ordered_qty
        and p.match_type in ('three_way', 'four_way', 'receipt_only')

    union all

    select
        'RECEIPT_OVER' as code,
        p.po_line_id,
        {{ plain('p.ordered_qty') }} as expected,
        {{ plain('p.net_received_qty') }} as actual,
        p.net_received_qty - p.ordered_qty as qty,
        null::numeric as amount,
        {{ plain('p.net_received_qty') }} || ' were received, ' || {{ plain('p.net_received_qty - p.ordered_qty') }}
        || ' more than ordered.' as explanation
    from po_line as p
    where p.net_received_qty > p.ordered_qty

    union all

    select
        'RECEIPT_REJECTED' as code,
        p.po_line_id,
        '0' as expected,
        {{ plain('p.rejected_qty') }} as actual,
        p.rejected_qty as qty,
        null::numeric as amount,
        {{ plain('p.rejected_qty') }} || ' of ' || {{ plain('p.received_qty') }}
        || ' received were rejected on inspection.' as explanation
    from po_line as p
    where p.rejected_qty > 0

    union all

    select
        'RETURN_EXCEEDS_RECEIPT' as code,
        p.po_line_id,
        {{ plain('p.received_qty') }} as expected,
        {{ plain('p.returned_qty') }} as actual,
        p.excess_return_qty as qty,
        null::numeric as amount,
        {{ plain('p.returned_qty') }} || ' were returned, ' || {{ plain('p.excess_return_qty') }}
        || ' more than received.' as explanation
    from po_line as p
    where p.excess_return_qty > 0

    union all

    select
        'CREDIT_EXCEEDS_INVOICE' as code,
        p.po_line_id,
        '0' as expected,
        {{ plain('p.excess_credit_amount') }} as actual,
        null::numeric as qty,
        p.excess_credit_amount as amount,
        'Credits of ' || {{ plain('p.excess_credit_amount') }} || ' find no invoice line to reduce.' as explanation
    from po_line as p
    where p.excess_credit_qty > 0 or p.excess_credit_amount > 0
),

record_finding as (
    select
        case when c.is_present then 'SYNC_DIFFERENT' else 'SYNC_MISSING' end as code,
        c.copy_id,
        c.purchase_order_id,
        c.entity_id,
        'an equal copy' as expected,
        coalesce(c.differing_fields, 'none') as actual,
        'Purchase order ' || c.po_number || case
            when c.is_present then ' differs in ' || c.target || ': ' || c.differing_fields
            else ' is missing in ' || c.target
        end || '; the copy was due at ' || {{ minute_in_words('c.due_at') }} || '.' as explanation
    from {{ ref('int_copies') }} as c
    {{ join_units('c.purchase_order_id') }}
    where not c.is_equal and c.po_status in ('approved', 'sent') and c.due_at <= {{ as_of() }}
),

finding as (
    select
        f.code,
        f.invoice_line_id as subject_id,
        l.match_unit_id,
        l.invoice_id,
        l.invoice_line_id,
        l.purchase_order_id,
        l.po_line_id,
        l.vendor_key,
        l.entity_id,
        l.item_category,
        l.is_posted,
        f.expected,
        f.actual,
        f.limit_applied,
        case when f.limit_applied is not null then l.policy_id end as policy_id,
        f.amount_at_risk,
        l.po_currency as currency,
        f.blocks,
        case when f.code = 'QTY_RECEIVED' and l.is_closed then 'physical shortage' end as root_cause,
        l.correlation_id,
        f.explanation
    from line_finding as f
    inner join line as l on f.invoice_line_id = l.invoice_line_id

    union all

    select
        f.code,
        f.invoice_id as subject_id,
        f.invoice_id as match_unit_id,
        f.invoice_id,
        null as invoice_line_id,
        i.purchase_order_id,
        null as po_line_id,
        i.vendor_key,
        i.entity_id,
        null as item_category,
        i.is_posted,
        f.expected,
        f.actual,
        f.limit_applied,
        f.policy_id,
        abs(f.amount_at_risk) as amount_at_risk,
        i.currency,
        null::boolean as blocks,
        null as root_cause,
        i.correlation_id,
        f.explanation
    from invoice_finding as f
    inner join invoice as i on f.invoice_id = i.invoice_id

    union all

    select
        f.code,
        f.po_line_id as subject_id,
        p.purchase_order_id as match_unit_id,
        null as invoice_id,
        null as invoice_line_id,
        p.purchase_order_id,
        p.po_line_id,
        p.vendor_key,
        p.entity_id,
        p.item_category,
        false as is_posted,
        f.expected,
        f.actual,
        null as limit_applied,
        null as policy_id,
        coalesce(f.amount, round(f.qty * p.po_unit_price, 2)) as amount_at_risk,
        p.currency,
        null::boolean as blocks,
        null as root_cause,
        p.purchase_order_id as correlation_id,
        f.explanation
    from po_line_finding as f
    inner join po_line as p on f.po_line_id = p.po_line_id

    union all

    select
        f.code,
        f.copy_id as subject_id,
        f.purchase_order_id as match_unit_id,
        null as invoice_id,
        null as invoice_line_id,
        f.purchase_order_id,
        null as po_line_id,
        o.vendor_key,
        f.entity_id,
        null as item_category,
        false as is_posted,
        f.expected,
        f.actual,
        null as limit_applied,
        null as policy_id,
        0 as amount_at_risk,
        o.currency,
        null::boolean as blocks,
        null as root_cause,
        o.correlation_id,
        f.explanation
    from record_finding as f
    inner join {{ ref('int_purchase_orders') }} as o on f.purchase_order_id = o.purchase_order_id
),

coded as (
    select
        md5(f.code || '|' || f.subject_id) as hold_id,
        f.*,
        code.subject_type,
        code.severity,
        code.worse,
        code.owner_role as default_owner_role,
        code.root_cause as default_root_cause,
        coalesce(f.blocks, code.blocks) as blocking
    from finding as f
    inner join {{ ref('hold_codes') }} as code on f.code = code.code
),

-- Of the releases that cover what stands now, the first.
release as (
    select
        f.hold_id,
        r.released_by,
        r.release_reason,
        r.released_at,
        row_number() over (
            partition by f.hold_id order by r.released_at, {{ by_code_point('r.hold_event_id') }}
        ) as preference
    from coded as f
    inner join {{ ref('int_holds_released') }} as r
        on
            f.invoice_id = r.invoice_id
            and f.code = r.code
            and (r.invoice_line_id is null or f.invoice_line_id = r.invoice_line_id)
            and {{ release_covers('f.actual', 'r.actual', 'f.worse') }}
),

scope as (
    select distinct
        code,
        entity_id,
        coalesce(item_category, '') as item_category
    from coded
),

route as (
    select
        scope.*,
        r.owner_role,
        r.owner,
        row_number() over (
            partition by scope.code, scope.entity_id, scope.item_category
            order by r.specificity desc, {{ by_code_point('r.route_id') }}
        ) as preference
    from scope
    inner join {{ ref('int_routing') }} as r
        on
            r.code in ('', scope.code)
            and r.entity_id in ('', scope.entity_id)
            and r.item_category in ('', scope.item_category)
)

select
    f.hold_id,
    f.code,
    f.subject_type,
    f.subject_id,
    f.match_unit_id,
    f.invoice_id,
    f.invoice_line_id,
    f.purchase_order_id,
    f.po_line_id,
    f.vendor_key,
    f.entity_id,
    f.severity,
    case when f.is_posted then 'after_posting' else 'before_posting' end as stage,
    f.blocking,
    f.expected,
    f.actual,
    f.limit_applied,
    f.policy_id,
    f.amount_at_risk::numeric(20, 4) as amount_at_risk,
    f.currency,
    coalesce(route.owner_role, f.default_owner_role) as owner_role,
    coalesce(route.owner, f.default_owner_role) as owner,
    release.hold_id is not null as is_released,
    release.released_by,
    release.release_reason,
    release.released_at,
    coalesce(f.root_cause, f.default_root_cause) as root_cause,
    f.explanation,
    f.correlation_id
from coded as f
left join release on f.hold_id = release.hold_id and release.preference = 1
left join route
    on
        f.code = route.code
        and f.entity_id = route.entity_id
        and coalesce(f.item_category, '') = route.item_category
        and route.preference = 1
