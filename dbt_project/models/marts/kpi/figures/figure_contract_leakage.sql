{{ config(materialized='stable_view') }}

with spend as (
    select * from {{ ref('fct_contract_spend') }}
    where contract_status <> 'not_comparable'
)

select
    'contract_leakage' as kpi,
    spend.invoice_day as period,
    spend.entity_id,
    cut.dimension,
    cut.dimension_value,
    spend.currency,
    sum(cut.amount)::numeric(24, 4) as numerator,
    null::numeric(24, 4) as denominator,
    sum(cut.amount)::numeric(24, 4) as value,
    'money' as unit
from spend
cross join
    lateral (
        values
        ('all', 'all', spend.off_contract_amount + spend.over_contract_amount),
        ('vendor', coalesce(spend.vendor_key, 'unknown'), spend.off_contract_amount + spend.over_contract_amount),
        ('category', coalesce(spend.item_category, 'none'), spend.off_contract_amount + spend.over_contract_amount),
        ('kind', 'off_contract', spend.off_contract_amount),
        ('kind', 'above_contract', spend.over_contract_amount)
    ) as cut (dimension, dimension_value, amount)
group by spend.invoice_day, spend.entity_id, cut.dimension, cut.dimension_value, spend.currency
