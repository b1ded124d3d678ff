{{
    config(
        meta={'touched_kind': 'vendor_bank_account'},
        indexes=[
            {'columns': ['_source_system', '_record_key', 'place'], 'unique': true},
        ],
    )
}}

with version as (
    {{ known_versions('vendor_bank_account') }}
)

select
    _source_system,
    _record_key,
    _source_updated_at,
    _known_at,

    vendor_number,
    account_ref,
    account_number_token,
    routing_number,
    changed_by,

    _place as place
from version
