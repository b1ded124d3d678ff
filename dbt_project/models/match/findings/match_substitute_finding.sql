{{ config(materialized='ephemeral') }}

-- Recorded, not in doubt: nothing is at risk.
with line as (
    select c.*
    from {{ ref('match_candidate_line') }} as c
    inner join {{ ref('match_line_check') }} as k on c.invoice_line_id = k.invoice_line_id
    where c.kind = 'invoice' and c.is_substitute and not c.is_cancelled and not k.is_credited
)

select
    'SUBSTITUTE_ITEM' as code,
    {{ on_invoice_line('line', currency='po_currency') }},
    po_item_number as expected,
    item_number as actual,
    null as limit_applied,
    null as policy_id,
    0 as amount_at_risk,
    null::boolean as blocks,
    'Item ' || item_number || ' is invoiced in place of ' || po_item_number || ': an approved substitute.'
        as explanation
from line
