select
    route_id,
    coalesce(code, '') as code,
    coalesce(entity_id, '') as entity_id,
    coalesce(item_category, '') as item_category,
    owner_role,
    owner,
    escalate_after_days,
    escalate_to,
    {{ specificity(['code', 'entity_id', 'item_category']) }} as specificity
from {{ ref('stg_routings') }}
