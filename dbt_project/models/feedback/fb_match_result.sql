{# AP: the verdict on each invoice that is not cancelled, its lines and open holds. #}
{{ config(materialized='stable_view') }}

with operation as (
    select * from {{ ref('feedback_operations') }}
    where operation = 'match_result'
),

hold as (
    select
        open_hold.invoice_id,
        jsonb_agg(
            jsonb_build_object(
                'code', crosswalk.ap_hold_code,
                'lineNumber', line.line_number,
                'amountAtRisk', open_hold.amount_at_risk,
                'currency', open_hold.currency,
                'expected', open_hold.expected,
                'actual', open_hold.actual,
                'explanation', open_hold.explanation
            )
            order by crosswalk.ap_hold_code collate "C", line.line_number, open_hold.hold_id
        ) as holds,
        string_agg(distinct open_hold.code collate "C", ',' order by open_hold.code collate "C") as codes
    from {{ ref('exc_hold') }} as open_hold
    inner join {{ ref('hold_code_crosswalk') }} as crosswalk on open_hold.code = crosswalk.code
    left join {{ ref('int_invoice_lines') }} as line on open_hold.invoice_line_id = line.invoice_line_id
    where open_hold.is_open and open_hold.invoice_id is not null
    group by open_hold.invoice_id
),

line_verdict as (
    select
        matched.invoice_id,
        jsonb_agg(
            jsonb_build_object('lineNumber', line.line_number, 'verdict', matched.verdict)
            order by line.line_number
        ) as lines
    from {{ ref('match_invoice_line') }} as matched
    inner join {{ ref('int_invoice_lines') }} as line on matched.invoice_line_id = line.invoice_line_id
    group by matched.invoice_id
),

stated as (
    select
        operation.target,
        operation.operation,
        invoice.entity_id,
        invoice.invoice_id,
        invoice.invoice_ref,
        invoice.correlation_id,
        matched.verdict || '|' || coalesce(hold.codes, '') as readback,
        jsonb_build_object(
            'invoiceId', invoice.invoice_ref,
            'verdict', matched.verdict,
            'touchless', matched.touchless,
            'lines', coalesce(line_verdict.lines, '[]'::jsonb),
            'holds', coalesce(hold.holds, '[]'::jsonb),
            'correlationId', invoice.correlation_id
        ) as body
    from {{ ref('int_invoices') }} as invoice
    inner join operation on invoice.source_system = operation.target
    inner join {{ ref('match_invoice') }} as matched on invoice.invoice_id = matched.invoice_id
    left join hold on invoice.invoice_id = hold.invoice_id
    left join line_verdict on invoice.invoice_id = line_verdict.invoice_id
    where not invoice.is_cancelled
)

select
    target,
    operation,
    entity_id,
    'invoice' as subject_type,
    invoice_id as subject_id,
    invoice_ref as target_key,
    body,
    body::text as facts,
    readback,
    correlation_id
from stated
