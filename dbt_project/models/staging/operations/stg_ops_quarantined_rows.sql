{#
    Rows that wait for a steward or for their owner, and those that their owner corrected, with the money that they say. Between runs a row that was decided
    is gone at once; a rebuild shows what waited then.
#}
{{ config(materialized='stable_view') }}

{# What a row of an object is worth, and in what; masters say nothing of money themselves. -#}
{% set amounts = {
    'invoice': ['gross_amount', 'currency'],
    'invoice_line': ['amount', 'null'],
    'purchase_order_line': ['amount', 'currency'],
    'payment': ['amount', 'currency'],
    'bank_entry': ['amount', 'currency'],
    'gl_entry': ['amount', 'currency'],
} -%}

with held as (
    select
        quarantine_id,
        object,
        batch_id,
        row_number,
        source_system,
        record_key,
        entity_id,
        rule_ids,
        reason,
        owner,
        {%- if var('as_of', none) %}
        case
            when corrected_known_at <= {{ as_of() }} then 'corrected'
            when decided_known_at <= {{ as_of() }} then case when state = 'corrected' then 'returned' else state end
            else 'waiting'
        end as state,
        case when decided_known_at <= {{ as_of() }} then decided_known_at end as decided_known_at,
        case when decided_known_at <= {{ as_of() }} then decided_by end as decided_by,
        case when decided_known_at <= {{ as_of() }} then decision_reason end as decision_reason,
        {%- else %}
        state,
        decided_known_at,
        decided_by,
        decision_reason,
        {%- endif %}
        quarantined_at
    from {{ source('gate_records', 'quarantine') }}
    where quarantined_at <= {{ as_of() }}
),

waiting as (
    select * from held
    where state in ('waiting', 'returned', 'corrected')
),

amount as (
    {%- for object, (amount, currency) in amounts.items() %}
    select
        waiting.quarantine_id,
        abs({{ to_money('version.' ~ amount) }}) as amount,
        {{ 'null' if currency == 'null' else 'version.' ~ currency }}::text as currency
    from waiting
    inner join {{ source('raw', object) }} as version
        on waiting.batch_id = version._batch_id and waiting.row_number = version._row_number
    where waiting.object = '{{ object }}'
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    waiting.quarantine_id,
    waiting.object,
    waiting.batch_id,
    waiting.row_number,
    waiting.source_system,
    waiting.record_key,
    waiting.entity_id,
    waiting.rule_ids,
    waiting.reason,
    waiting.owner,
    waiting.quarantined_at,
    waiting.state,
    waiting.decided_known_at,
    waiting.decided_by,
    waiting.decision_reason,
    amount.amount,
    amount.currency
from waiting
left join amount on waiting.quarantine_id = amount.quarantine_id
