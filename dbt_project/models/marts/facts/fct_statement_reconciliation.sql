{#
    When the last entry of each statement was matched or owned (payments, section 7). An entry is, once it, its payments and
    what a person decided on it are known; while a person is asked about it, it is not. Copies move nothing and are left out.
#}
{{ config(materialized='stable_view') }}

with statement as (
    select
        s.*,
        s._source_system || ':' || s.statement_ref as bank_statement_id
    from {{ ref('stg_bank_statements') }} as s
),

entry as (
    select * from {{ ref('bank_reconciliation') }}
),

paid as (
    select
        entry.bank_entry_id,
        max(p._first_known_at) as known_at
    from entry
    cross join {{ each_text('entry.payment_ids') }}
    inner join {{ ref('stg_payments') }} as p on listed_value = p._source_system || ':' || p.payment_ref
    group by entry.bank_entry_id
),

decided as (
    select
        subject_id as bank_entry_id,
        max(_known_at) as known_at
    from {{ ref('stg_decisions') }}
    where decision_type in ('bank_match', 'bank_apart')
    group by subject_id
),

ended as (
    select
        entry.bank_statement_id,
        count(*) as entry_count,
        sum(case when entry.is_asked then 1 else 0 end) as asked_count,
        max(greatest(entry.known_at, paid.known_at, decided.known_at)) as last_at
    from entry
    left join paid on entry.bank_entry_id = paid.bank_entry_id
    left join decided on entry.bank_entry_id = decided.bank_entry_id
    group by entry.bank_statement_id
),

joined as (
    select
        statement.bank_statement_id,
        statement.entity_id,
        statement.to_date,
        batch.landed_at,
        ended.entry_count,
        ended.asked_count,
        case when ended.asked_count = 0 then greatest(ended.last_at, batch.landed_at) end as reconciled_at,
        statement._trace_id as trace_id
    from statement
    inner join ended on statement.bank_statement_id = ended.bank_statement_id
    inner join {{ ref('fct_bank_statement') }} as placed on statement.bank_statement_id = placed.bank_statement_id
    inner join {{ ref('dim_entity') }} as entity on statement.entity_id = entity.entity_id
    left join {{ ref('stg_ops_batches') }} as batch on statement._batch_id = batch.batch_id
    where not placed.is_copy
)

select
    bank_statement_id::text as bank_statement_id,
    entity_id::text as entity_id,
    to_date as statement_date,
    entry_count::integer as entry_count,
    asked_count::integer as asked_count,
    landed_at as available_at,
    reconciled_at,
    {{ hours_between('landed_at', 'reconciled_at') }}::numeric(24, 4) as completion_hours,
    trace_id
from joined
