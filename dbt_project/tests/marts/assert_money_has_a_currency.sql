-- A money column has its currency beside it (canonical model).
select
    'exc_hold' as mart,
    hold_id as subject
from {{ ref('exc_hold') }}
where amount_at_risk is not null and currency is null

union all

select
    'kpi_value' as mart,
    kpi_value_id as subject
from {{ ref('kpi_value') }}
where
    (unit = 'money' and currency is null)
    or (unit not in ('money', '%') and currency is not null)

union all

select
    'fct_purchase_order_line' as mart,
    po_line_id as subject
from {{ ref('fct_purchase_order_line') }}
where grni_amount <> 0 and currency is null
