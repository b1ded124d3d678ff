{#
    What waits for a steward. A view, so that what was decided a moment ago waits no longer.
#}
{{ config(materialized='stable_view', schema='steward', alias='queue') }}

{% set kinds = ['quarantine', 'batches', 'items', 'units', 'unit_codes', 'vendors'] -%}

with waiting as (
    {%- for kind in kinds %}
    select
        kind,
        subject_id,
        entity_id,
        owner_role,
        waiting_since,
        item_key,
        vendor_id,
        amount,
        currency,
        evidence,
        suggestion,
        detail
    from {{ ref('queue_' ~ kind) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

pending as (
    select * from {{ ref('stg_ops_pending_decisions') }}
),

undecided as (
    select waiting.*
    from waiting
    where
        not exists (
            select 1
            from pending
            where
                waiting.subject_id = pending.subject_id
                and pending.subject_type = case waiting.kind when 'stopped_batch' then 'batch' else waiting.kind end
        )
),

-- What hangs on an item: what is on order of it.
item_money as (
    select
        line.item_key,
        line.currency,
        sum(line.ordered_amount) as amount
    from {{ ref('int_purchase_order_lines') }} as line
    inner join (select distinct item_key from undecided) as subject on line.item_key = subject.item_key
    where not line.is_closed
    group by line.item_key, line.currency
),

-- What hangs on a vendor number: its invoices that are not paid.
vendor_money as (
    select
        invoice.vendor_id,
        invoice.currency,
        sum(invoice.gross_amount) as amount
    from {{ ref('int_invoices') }} as invoice
    inner join (select distinct vendor_id from undecided) as subject on invoice.vendor_id = subject.vendor_id
    where not invoice.is_cancelled and not invoice.is_paid
    group by invoice.vendor_id, invoice.currency
),

moment as (
    select {{ as_of() }} as as_of
)

select
    undecided.kind::text as kind,
    undecided.subject_id::text as subject_id,
    undecided.entity_id::text as entity_id,
    undecided.owner_role::text as owner_role,
    undecided.waiting_since::timestamptz as waiting_since,
    greatest(0, {{ whole_days('undecided.waiting_since', 'moment.as_of') }}) as age_days,
    coalesce(undecided.amount, item_money.amount, vendor_money.amount)::numeric(20, 4) as amount_at_risk,
    coalesce(undecided.currency, item_money.currency, vendor_money.currency)::text as currency,
    undecided.evidence::text as evidence,
    undecided.suggestion::text as suggestion,
    undecided.detail::jsonb as detail
from undecided
cross join moment
left join item_money on undecided.item_key = item_money.item_key and undecided.amount is null
left join vendor_money on undecided.vendor_id = vendor_money.vendor_id and undecided.amount is null
