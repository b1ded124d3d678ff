{{ config(materialized='ephemeral') }}

with invoice as (
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
)

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
