{{ config(materialized='stable_view') }}

with line as (
    select * from {{ ref('fct_purchase_order_line') }}
    where closed_day is not null and ordered_qty > 0
)

select
    'perfect_order_rate' as kpi,
    line.closed_day as period,
    line.entity_id,
    cut.dimension,
    cut.dimension_value,
    null::text as currency,
    count(*) filter (where cut.is_perfect)::numeric(24, 4) as numerator,
    count(*)::numeric(24, 4) as denominator,
    {{ percentage('count(*) filter (where cut.is_perfect)', 'count(*)') }} as value,
    '%' as unit
from line
cross join
    lateral (
        values
        ('all', 'all', line.is_perfect),
        ('vendor', coalesce(line.vendor_key, 'unknown'), line.is_perfect),
        ('category', coalesce(line.item_category, 'none'), line.is_perfect),
        ('exception', 'price', not line.has_price_exception),
        ('exception', 'quantity', not line.has_quantity_exception),
        ('exception', 'unit', not line.has_unit_exception),
        ('exception', 'item', not line.has_item_exception)
    ) as cut (dimension, dimension_value, is_perfect)
group by line.closed_day, line.entity_id, cut.dimension, cut.dimension_value
