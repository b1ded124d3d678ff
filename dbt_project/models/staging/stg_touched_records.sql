{{
    config(
        materialized='rewritten',
        indexes=[{'columns': ['kind', '_source_system', '_record_key'], 'unique': true}],
        meta={'analyze': true},
    )
}}

{% set objects = [
    'account_correction',
    'approval',
    'approval_matrix',
    'backorder',
    'bank_entry',
    'bank_notification',
    'bank_statement',
    'contract_price',
    'cost_center',
    'decision',
    'delegation',
    'document_reference',
    'entity',
    'fx_rate',
    'gl_account',
    'gl_entry',
    'hold_event',
    'inventory_count',
    'inventory_movement',
    'invoice',
    'invoice_event',
    'invoice_line',
    'item',
    'item_substitute',
    'item_unit',
    'location',
    'match_type_rule',
    'payment',
    'payment_invoice',
    'payment_policy',
    'payment_status',
    'payment_term',
    'policy',
    'purchase_order',
    'purchase_order_line',
    'receipt_discrepancy',
    'receipt_line',
    'requisition',
    'routing',
    'screening_address',
    'screening_alias',
    'screening_entry',
    'screening_hit',
    'sla',
    'system_of_record',
    'tax_code',
    'vendor',
    'vendor_bank_account',
    'vendor_resolution',
] -%}

with new_batch as (
    select
        batch_id,
        object
    from {{ source('gate', 'promotion') }}
    where {{ is_new('known_at') }} and {{ "true" if only_touched() else "false" }}
),

released as (
    select
        object as kind,
        source_system as _source_system,
        record_key as _record_key
    from {{ source('gate', 'quarantine') }}
    where state = 'released' and {{ is_new('decided_known_at') }} and {{ "true" if only_touched() else "false" }}
)

{% for object in objects -%}
select
    new_batch.object as kind,
    version._source_system,
    version._record_key
from new_batch
inner join {{ source('raw', object) }} as version on new_batch.batch_id = version._batch_id
where new_batch.object = '{{ object }}'

union

{% endfor -%}
select * from released
