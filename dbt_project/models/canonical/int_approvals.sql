{{
    config(
        materialized='touched',
        meta={
            'touched': {'relation': 'int_touched', 'keys': {'invoice_id': 'subject_id'}},
            'touched_kind': 'invoice',
        },
        indexes=[{'columns': ['approval_id'], 'unique': true}, {'columns': ['invoice_id']}],
    )
}}

select
    a._source_system || ':' || a.approval_ref as approval_id,
    a._source_system || ':' || a.invoice_ref as invoice_id,
    a.approver,
    a.decision,
    a.amount,
    a.currency,
    a.decided_at,
    a._known_at as known_at
from {{ of_touched(ref('stg_approvals'), 'invoice', '_source_system', 'invoice_ref') }} as a
