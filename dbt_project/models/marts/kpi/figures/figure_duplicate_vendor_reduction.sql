{{ config(materialized='stable_view') }}

select
    'duplicate_vendor_reduction' as kpi,
    {{ utc_date(as_of()) }} as period,
    'ALL' as entity_id,
    dimension,
    dimension_value,
    null::text as currency,
    (duplicates_ever - duplicates)::numeric(24, 4) as numerator,
    (duplicates_ever)::numeric(24, 4) as denominator,
    {{ percentage('duplicates_ever - duplicates', 'duplicates_ever') }} as value,
    '%' as unit
from {{ ref('vendor_duplicate') }}
