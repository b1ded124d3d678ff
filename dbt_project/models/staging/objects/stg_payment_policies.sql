{{
    config(
        meta={'touched_kind': 'payment_policy'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('payment_policy') }}
)

select
    {{ lineage() }},

    policy_id,
    entity_id,
    currency,
    discount_min_pct,
    payment_limit,
    batch_limit,
    two_approvers_above,
    prepared_by,
    approved_by,

    {{ to_integer('horizon_days') }} as horizon_days,
    {{ to_integer('cooling_days') }} as cooling_days,
    {{ to_integer('unconfirmed_hours') }} as unconfirmed_hours,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
