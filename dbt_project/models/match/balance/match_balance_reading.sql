{{ config(materialized='ephemeral') }}

with control as (
    select * from {{ ref('int_control_accounts') }}
),

reading as (
    select
        source_system,
        object,
        max(interval_end) as read_to
    from {{ ref('stg_ops_extractions') }}
    where object in ('gl_entry', 'bank_entry')
    group by source_system, object
),

-- Cash is compared from the first day that a statement tells of: what was there before is nobody's movement.
first_statement as (
    select
        entity_id,
        min(coalesce(from_date, to_date)) as first_day
    from {{ ref('stg_bank_statements') }}
    group by entity_id
)

-- Whole days, up to the last one that was read of the ledger and, for cash, of the bank.
select
    control.entity_id,
    control.control_type as kind,
    {{ utc_midnight(utc_date('min(least(' ~ as_of() ~ ', book.read_to, bank.read_to))')) }} as judged_to,
    case
        when control.control_type = 'cash' then {{ utc_midnight('first_statement.first_day') }}
        else {{ utc_midnight("'0001-01-01'") }}
    end as judged_from
from control
left join first_statement on control.entity_id = first_statement.entity_id
left join reading as book on control.source_system = book.source_system and book.object = 'gl_entry'
left join {{ ref('int_systems_of_record') }} as s
    on
        control.control_type = 'cash'
        and control.entity_id = s.entity_id
        and s.object = 'bank_entry'
        and s.role = 'record'
        and s.recency = 1
left join reading as bank on s.source_system = bank.source_system and bank.object = 'bank_entry'
group by control.entity_id, control.control_type, first_statement.first_day
