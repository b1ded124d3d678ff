-- A hold is open exactly while its finding stands unreleased, and money at risk follows. Over what this run matched.
with finding as (
    select f.*
    from {{ ref('match_finding') }} as f
    {{ join_units('f.match_unit_id') }}
),

open_hold as (
    select h.*
    from {{ ref('match_hold') }} as h
    where h.is_open
),

invoice as (
    select
        m.*,
        i.gross_amount
    from {{ ref('match_invoice') }} as m
    {{ join_units('m.invoice_id') }}
    inner join {{ ref('int_invoices') }} as i on m.invoice_id = i.invoice_id
)

select
    'finding without an open hold' as breach,
    finding.subject_id
from finding
left join open_hold on finding.hold_id = open_hold.hold_id
where not finding.is_released and open_hold.hold_id is null

union all

select
    'open hold without a finding' as breach,
    open_hold.subject_id
from open_hold
left join {{ ref('match_finding') }} as f on open_hold.hold_id = f.hold_id and not f.is_released
where f.hold_id is null

union all

select
    'money at risk is not between zero and gross' as breach,
    invoice_id as subject_id
from invoice
where amount_at_risk < 0 or amount_at_risk > abs(gross_amount)

union all

select
    'line without an invoice' as breach,
    l.invoice_line_id as subject_id
from {{ ref('match_invoice_line') }} as l
{{ join_units('l.match_unit_id') }}
left join {{ ref('match_invoice') }} as m on l.invoice_id = m.invoice_id
where m.invoice_id is null
