{{ config(materialized='stable_view') }}

with spend as (
    select * from {{ ref('fct_contract_spend') }}
    where contract_status <> 'not_comparable'
)

select
    'contract_compliance' as kpi,
    spend.invoice_day as period,
    spend.entity_id,
    cut.dimension,
    cut.dimension_value,
    spend.currency,
    sum(spend.compliant_amount)::numeric(24, 4) as numerator,
    sum(spend.net_amount)::numeric(24, 4) as denominator,
    {{ percentage('sum(spend.compliant_amount)', 'sum(spend.net_amount)') }} as value,
    '%' as unit
from spend
cross join
    lateral (
        values
        ('all', 'all'),
        ('vendor', coalesce(spend.vendor_key, 'unknown')),
        ('category', coalesce(spend.item_category, 'none'))
    ) as cut (dimension, dimension_value)
group by spend.invoice_day, spend.entity_id, cut.dimension, cut.dimension_value, spend.currency
