-- Where a limit does not limit it is null.
select
    policy_id,
    coalesce(entity_id, '') as entity_id,
    coalesce(currency, '') as currency,
    valid_from,
    coalesce(valid_to, '9999-12-31'::date) as valid_to,
    horizon_days,
    {{ limit_of('discount_min_pct') }} as discount_min_pct,
    {{ limit_of('payment_limit') }} as payment_limit,
    {{ limit_of('batch_limit') }} as batch_limit,
    {{ limit_of('two_approvers_above') }} as two_approvers_above,
    cooling_days,
    unconfirmed_hours,
    {{ specificity(['entity_id', 'currency']) }} as specificity
from {{ ref('stg_payment_policies') }}
