{{
    config(
        meta={'touched_kind': 'bank_statement'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('bank_statement') }}
)

select
    {{ lineage() }},

    statement_ref,
    account_ref,
    entity_id,
    statement_number,
    currency,
    account_token,
    account_last4,

    {{ to_money('opening_amount') }} as opening_amount,
    {{ to_money('closing_amount') }} as closing_amount,

    {{ to_date('from_date') }} as from_date,
    {{ to_date('to_date') }} as to_date
from newest
