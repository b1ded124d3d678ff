{{
    config(
        meta={'touched_kind': 'bank_notification'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('bank_notification') }}
)

select
    {{ lineage() }},

    notification_ref,
    account_ref,
    account_token,
    account_last4,
    entity_id,
    {{ bank_entry_columns() }}
from newest
