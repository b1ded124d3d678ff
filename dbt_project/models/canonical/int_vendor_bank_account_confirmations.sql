{{ config(materialized='ephemeral') }}

-- Call-backs about a vendor's account; what somebody says who ever changed the record does not count.
select
    d.decision_id,
    d.subject_id as vendor_account_id,
    {{ json_text('d.detail', 'account_token') }} as account_token,
    d.decided_by,
    d.decided_at,
    d._known_at as known_at
from {{ ref('stg_decisions') }} as d
where
    d.decision_type = 'bank_detail_confirmed'
    and d.subject_type = 'vendor_bank_account'
    and not exists (
        select 1
        from {{ ref('stg_vendor_bank_account_versions') }} as v
        where
            d.subject_id = v._source_system || ':' || v.vendor_number || ':' || v.account_ref
            and {{ login_of('d.decided_by') }} = {{ login_of('v.changed_by') }}
    )
