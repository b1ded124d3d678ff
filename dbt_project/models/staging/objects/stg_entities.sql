{{
    config(
        meta={'touched_kind': 'entity'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('entity') }}
)

select
    {{ lineage() }},

    entity_id,
    name,
    parent_entity_id,
    entity_type,
    currency,
    time_zone,
    fiscal_calendar,
    payment_origin,
    paying_account,
    payment_profile,
    payment_method,
    system_codes,
    control_accounts,

    {{ to_boolean('accruals') }} as accruals,
    {{ to_date('valid_to') }} as valid_to
from newest
