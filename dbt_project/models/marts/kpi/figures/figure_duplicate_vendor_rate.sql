{{ config(materialized='stable_view') }}

select
    'duplicate_vendor_rate' as kpi,
    {{ utc_date(as_of()) }} as period,
    'ALL' as entity_id,
    dimension,
    dimension_value,
    null::text as currency,
    (duplicates)::numeric(24, 4) as numerator,
    (numbers_in_use)::numeric(24, 4) as denominator,
    {{ percentage('duplicates', 'numbers_in_use') }} as value,
    '%' as unit
from {{ ref('vendor_duplicate') }}
