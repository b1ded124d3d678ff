{{ config(materialized='ephemeral') }}

with held as (
    select
        q.*,
        split_part(q.record_key, '|', 1) as first_key
    from {{ ref('stg_ops_quarantined_rows') }} as q
    where q.state <> 'corrected'
),

entity as (
    select
        entity_id,
        currency
    from {{ ref('int_entities') }}
),

-- A line of an invoice is in its invoice's currency.
placed as (
    select
        held.*,
        coalesce(held.entity_id, invoice.entity_id, orders.entity_id) as its_entity_id,
        coalesce(held.currency, invoice.currency, orders.currency, entity.currency) as its_currency,
        item.item_key,
        case when held.object in ('vendor', 'vendor_bank_account') then held.source_system || ':' || held.first_key end
            as vendor_id
    from held
    left join {{ ref('stg_invoices') }} as invoice
        on
            held.object = 'invoice_line'
            and held.source_system = invoice._source_system
            and held.first_key = invoice.invoice_ref
    left join {{ ref('stg_purchase_orders') }} as orders
        on
            held.object = 'purchase_order_line'
            and held.source_system = orders._source_system
            and held.first_key = orders.po_number
    left join {{ ref('int_item_crosswalk') }} as item
        on
            held.object in ('item', 'item_unit', 'item_substitute')
            and held.source_system = item.source_system
            and held.first_key = item.item_number
    left join entity on coalesce(held.entity_id, invoice.entity_id, orders.entity_id) = entity.entity_id
)

select
    case state when 'waiting' then 'quarantine' else 'correction' end as kind,
    quarantine_id::text as subject_id,
    its_entity_id as entity_id,
    owner as owner_role,
    case state when 'waiting' then quarantined_at else decided_known_at end as waiting_since,
    item_key,
    vendor_id,
    case when its_currency is not null then amount end as amount,
    case when amount is not null then its_currency end as currency,
    object || ' ' || record_key || ' of ' || source_system || ': ' || reason as evidence,
    case state
        when 'waiting' then 'Have it corrected at the source, or release it where it is right after all.'
        else 'Returned to its owner by ' || decided_by || ': ' || decision_reason || ' Wait for the corrected record.'
    end as suggestion,
    jsonb_build_object(
        'quarantine_id', quarantine_id, 'object', object, 'batch_id', batch_id, 'record_key', record_key,
        'source_system', source_system, 'rule_ids', to_jsonb(rule_ids)
    )
    || case
        when state = 'waiting' then '{"approve": "release", "reject": "reject"}'::jsonb
        else '{}'::jsonb
    end as detail
from placed
