{{ config(materialized='ephemeral') }}

{#
    More may be called contested than is: then all rungs weigh it. What is not is one entry and the one payment that it names.
#}
with decision as (
    select * from {{ ref('match_bank_decision') }}
),

-- Entries that may find their payment by what else they name.
seeking as (
    select
        source_system,
        instruction_id,
        cheque_number,
        bank_ref
    from {{ ref('match_bank_met') }}
    where
        bank_entry_id is not null
        and (payment_id is null or bank_entry_id in (select decision.bank_entry_id from decision))
),

pair as (
    select
        end_to_end_id,
        bank_entry_id in (select decision.bank_entry_id from decision)
        or payment_id in (select decision.payment_id from decision)
        or coalesce(payment_instruction_id in (select seeking.instruction_id from seeking), false)
        or coalesce(
            ltrim(payment_cheque_number, '0') in (select ltrim(seeking.cheque_number, '0') from seeking), false
        ) as is_sought
    from {{ ref('match_bank_met') }}
    where bank_entry_id is not null and payment_id is not null
),

-- Two pairs have one id, or one that somebody else seeks.
rivalled as (
    select end_to_end_id
    from pair
    group by end_to_end_id
    having sum(case when is_sought then 2 else 1 end) > 1
),

noticed as (
    select n.end_to_end_id
    from {{ ref('stg_bank_notifications') }} as n
    inner join seeking on n._source_system = seeking.source_system and n.bank_ref = seeking.bank_ref
    where n.end_to_end_id is not null
),

contested as (
    select end_to_end_id from rivalled
    union all
    select end_to_end_id from noticed
)

select distinct end_to_end_id
from contested
