{{ config(materialized='ephemeral') }}

with line as (
    select
        c.*,
        k.invoice_unit_price,
        k.net_qty,
        k.contract_number,
        k.contract_unit_price,
        greatest(k.invoice_unit_price, c.po_unit_price) as highest_price,
        greatest(k.invoice_unit_price, c.po_unit_price) - k.contract_unit_price as excess
    from {{ ref('match_line_check') }} as k
    inner join {{ ref('match_candidate_line') }} as c on k.invoice_line_id = c.invoice_line_id
    where k.contract_unit_price is not null
)

select
    'CONTRACT_PRICE' as code,
    {{ on_invoice_line('l', currency='po_currency') }},
    {{ plain('l.contract_unit_price') }} as expected,
    {{ plain('l.highest_price') }} as actual,
    null as limit_applied,
    null as policy_id,
    round(l.excess * l.net_qty, 2) as amount_at_risk,
    null::boolean as blocks,
    'The ' || case when l.invoice_unit_price >= l.po_unit_price then 'invoice' else 'PO' end || ' price of '
    || {{ plain('l.highest_price') }} || ' per ' || coalesce(l.base_unit, 'unit') || ' is ' || {{ plain('l.excess') }}
    || ' over the price of ' || {{ plain('l.contract_unit_price') }} || ' in contract ' || l.contract_number || ': '
    || {{ money('round(l.excess * l.net_qty, 2)') }} || ' on this line.' as explanation
from line as l
where round(l.excess * l.net_qty, 2) > 0
