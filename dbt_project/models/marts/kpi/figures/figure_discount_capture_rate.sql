{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('fct_invoice_payment') }}
    where is_due and discount_offered > 0
),

summed as (
    select
        due_date,
        entity_id,
        currency,
        sum(least(discount_taken, discount_offered)) as taken,
        sum(discount_offered) as offered
    from invoice
    group by due_date, entity_id, currency
)

select
    'discount_capture_rate' as kpi,
    due_date as period,
    entity_id,
    'all' as dimension,
    'all' as dimension_value,
    currency,
    taken::numeric(24, 4) as numerator,
    offered::numeric(24, 4) as denominator,
    {{ percentage('taken', 'offered') }} as value,
    '%' as unit
from summed
