{{
    config(
        meta={'touched_kind': 'account_correction'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('account_correction') }}
)

select
    {{ lineage() }},

    correction_ref,
    entity_id,
    end_to_end_id,
    instruction_id,
    correction_code,
    counterparty,
    account_token,
    account_last4,
    routing_number,
    corrected_account_token,
    corrected_account_last4,
    corrected_routing_number,
    corrected_transaction_code,
    corrected_name,

    {{ to_timestamp('at') }} as at
from newest
