{{ config(materialized='stable_view') }}

with portion as (
    select * from {{ ref('fct_spend') }}
)

select
    'spend' as kpi,
    portion.invoice_day as period,
    portion.entity_id,
    cut.dimension,
    cut.dimension_value,
    portion.currency,
    sum(portion.net_amount)::numeric(24, 4) as numerator,
    null::numeric(24, 4) as denominator,
    sum(portion.net_amount)::numeric(24, 4) as value,
    'money' as unit
from portion
cross join
    lateral (
        values
        ('all', 'all'),
        ('vendor', coalesce(portion.vendor_key, 'unknown')),
        ('category', coalesce(portion.item_category, 'none')),
        ('on_po', case when portion.on_po then 'on_po' else 'off_po' end)
    ) as cut (dimension, dimension_value)
group by portion.invoice_day, portion.entity_id, cut.dimension, cut.dimension_value, portion.currency
