{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('fct_invoice_payment') }}
    where is_due
),

counted as (
    select
        due_date,
        entity_id,
        count(*) filter (where is_on_time) as on_time,
        count(*) as due
    from invoice
    group by due_date, entity_id
)

select
    'on_time_payment_rate' as kpi,
    due_date as period,
    entity_id,
    'all' as dimension,
    'all' as dimension_value,
    null::text as currency,
    on_time::numeric(24, 4) as numerator,
    due::numeric(24, 4) as denominator,
    {{ percentage('on_time', 'due') }} as value,
    '%' as unit
from counted
