select
    entity_id,
    name,
    parent_entity_id,
    entity_type,
    currency,
    time_zone,
    fiscal_calendar,
    accruals,
    payment_origin,
    paying_account,
    payment_profile,
    payment_method,
    valid_to
from {{ ref('stg_entities') }}
