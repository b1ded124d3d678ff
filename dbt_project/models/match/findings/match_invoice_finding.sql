{{ config(materialized='ephemeral') }}

-- Lines of touched invoices that carry no quantity, on whichever unit they are.
with empty_line as (
    select
        l.invoice_id,
        min(l.line_number) as first_line
    from {{ of_units(ref('int_invoice_lines'), 'invoice_id') }} as l
    inner join {{ ref('int_purchase_order_lines') }} as po on l.po_line_id = po.po_line_id
    where l.kind = 'invoice' and po.basis = 'quantity' and coalesce(l.qty_source, 0) = 0
    group by l.invoice_id
),

-- Lines that name no order, and that neither source nor vendor gives an account.
uncoded_line as (
    select
        l.invoice_id,
        min(l.line_number) as first_line
    from {{ of_units(ref('int_invoice_lines'), 'invoice_id') }} as l
    where l.kind = 'invoice' and l.purchase_order_id is null and coalesce(l.account_code, '') = ''
    group by l.invoice_id
),

-- What an ERP posts and pays by its own defaults needs neither coding nor terms from the invoice.
paying_entity as (
    select entity_id
    from {{ ref('int_entities') }}
    where payment_origin = 'tieout'
),

measured as (
    select
        i.*,
        i.tax_amount <> 0 and i.line_count > 0 and i.coded_line_count = 0 as has_uncoded_tax,
        empty_line.first_line as first_empty_line,
        case when paying_entity.entity_id is not null and not i.is_posted then uncoded_line.first_line end
            as first_uncoded_line,
        paying_entity.entity_id is not null
        and i.kind = 'invoice'
        and not i.is_paid
        and i.due_date is null
        and coalesce(i.payment_term_code, '') = '' as has_no_terms
    from {{ of_units(ref('int_invoices'), 'invoice_id') }} as i
    left join empty_line on i.invoice_id = empty_line.invoice_id
    left join uncoded_line on i.invoice_id = uncoded_line.invoice_id
    left join paying_entity on i.entity_id = paying_entity.entity_id
),

-- Invoices of which something is said: a summary invoice has no lines that could carry a tax code.
invoice as (
    select i.*
    from measured as i
    where
        not i.is_cancelled
        and (
            not i.vendor_is_known
            or i.vendor_inactive_since <= i.invoice_date
            or i.invoice_date is null
            or coalesce(i.invoice_number, '') = ''
            or i.has_uncoded_tax
            or i.has_only_held_lines
            or i.first_empty_line is not null
            or i.first_uncoded_line is not null
            or i.has_no_terms
        )
),

invoice_finding as (
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
        'date, number, lines, quantities, tax codes, coding and terms' as expected,
        concat_ws(
            ', ',
            case when i.invoice_date is null then 'date' end,
            case when coalesce(i.invoice_number, '') = '' then 'number' end,
            case when i.first_empty_line is not null then 'quantity' end,
            case when i.has_uncoded_tax then 'tax code' end,
            case when i.has_only_held_lines then 'lines' end,
            case when i.first_uncoded_line is not null then 'coding' end,
            case when i.has_no_terms then 'terms' end
        ) as actual,
        null as limit_applied,
        null as policy_id,
        i.gross_amount as amount_at_risk,
        'The invoice has no ' || concat_ws(
            ' and no ',
            case when i.invoice_date is null then 'date' end,
            case when coalesce(i.invoice_number, '') = '' then 'number' end,
            'quantity on line ' || i.first_empty_line,
            case when i.has_uncoded_tax then 'tax code for its tax of ' || {{ money('i.tax_amount') }} end,
            case when i.has_only_held_lines then 'line that the quality gate let through' end,
            'account on line ' || i.first_uncoded_line || ', nor has its vendor',
            case when i.has_no_terms then 'due date or terms' end
        ) || '.' as explanation
    from invoice as i
    where
        i.invoice_date is null
        or coalesce(i.invoice_number, '') = ''
        or i.first_empty_line is not null
        or i.has_uncoded_tax
        or i.has_only_held_lines
        or i.first_uncoded_line is not null
        or i.has_no_terms
)

select
    f.code,
    {{ on_invoice('i') }},
    f.expected,
    f.actual,
    f.limit_applied,
    f.policy_id,
    abs(f.amount_at_risk) as amount_at_risk,
    null::boolean as blocks,
    f.explanation
from invoice_finding as f
inner join invoice as i on f.invoice_id = i.invoice_id
