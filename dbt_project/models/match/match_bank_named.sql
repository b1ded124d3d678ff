{{ config(indexes=[{'columns': ['bank_entry_id']}], meta={'analyze': true}) }}

{#
    The first rungs of the ladder (payments, section 6): entries that a person matched, and entries that name their
    payment. Nobody's amount is looked at to find it, so that what names a payment never falls through to a weaker rung.
#}
with entry as (
    select * from {{ ref('match_bank_entry') }}
    where kind <> 'fee' and not is_repeat
),

payment as (
    select * from {{ ref('match_bank_payment') }}
),

decision as (
    select * from {{ ref('match_bank_decision') }}
),

by_decision as (
    select
        decision.bank_entry_id,
        decision.payment_id,
        0 as rung
    from decision
    where decision.is_match
),

by_end_to_end_id as (
    select
        entry.bank_entry_id,
        payment.payment_id,
        1 as rung
    from entry
    inner join payment on entry.end_to_end_id = payment.end_to_end_id
),

by_instruction_id as (
    select
        entry.bank_entry_id,
        payment.payment_id,
        2 as rung
    from entry
    inner join payment
        on entry.instruction_id = payment.instruction_id and {{ same_payer('entry', 'payment') }}
),

by_cheque_number as (
    select
        entry.bank_entry_id,
        payment.payment_id,
        2 as rung
    from entry
    inner join payment
        on
            ltrim(entry.cheque_number, '0') = ltrim(payment.cheque_number, '0')
            and {{ same_payer('entry', 'payment') }}
),

-- The bank's own reference says no more than what the bank said of it elsewhere: in a notification.
by_bank_ref as (
    select
        entry.bank_entry_id,
        payment.payment_id,
        2 as rung
    from entry
    inner join {{ ref('stg_bank_notifications') }} as n
        on
            entry.source_system = n._source_system
            and entry.bank_ref = n.bank_ref
            and coalesce(entry.entity_id = n.entity_id, true)
    inner join payment on n.end_to_end_id = payment.end_to_end_id
    where entry.end_to_end_id is null and entry.instruction_id is null and entry.batch_count is null
),

candidate as (
    select * from by_decision
    union all
    select * from by_end_to_end_id
    union all
    select * from by_instruction_id
    union all
    select * from by_cheque_number
    union all
    select * from by_bank_ref
),

-- The first rung that finds anything decides; what a person kept apart is not found.
decided as (
    select
        found.*,
        min(found.rung) over (partition by found.bank_entry_id) as deciding_rung
    from (
        select
            candidate.bank_entry_id,
            candidate.payment_id,
            min(candidate.rung) as rung
        from candidate
        left join decision
            on
                candidate.bank_entry_id = decision.bank_entry_id
                and candidate.payment_id = decision.payment_id
                and not decision.is_match
        where decision.bank_entry_id is null
        group by candidate.bank_entry_id, candidate.payment_id
    ) as found
),

weighed as (
    select
        decided.bank_entry_id,
        decided.payment_id,
        decided.rung,
        entry.way,
        entry.booking_date,
        payment.amount as payment_amount,
        coalesce({{ bank_amount('entry', 'payment') }}, payment.amount) as amount,
        {{ bank_amount('entry', 'payment') }} is not null as is_comparable,
        case
            when decided.rung = 0 then 0
            else
                case when {{ same_payer('entry', 'payment') }} then 2 else 0 end
                + case when {{ bank_amount('entry', 'payment') }} = payment.amount then 1 else 0 end
        end as worth
    from decided
    inner join entry on decided.bank_entry_id = entry.bank_entry_id
    inner join payment on decided.payment_id = payment.payment_id
    where decided.rung = decided.deciding_rung
),

best as (
    select
        ranked.*,
        count(*) over (partition by ranked.bank_entry_id) as rivals
    from (
        select
            weighed.*,
            rank() over (partition by weighed.bank_entry_id order by weighed.worth desc) as place
        from weighed
    ) as ranked
    where ranked.place <= 1
),

-- A person may match an entry with several payments: they empty it one after another.
offered as (
    select
        best.*,
        case
            when best.rung = 0 and best.rivals > 1
                then
                    {{ taken_in_turn(
                        'best.payment_amount', 'best.amount', 'best.bank_entry_id', by_code_point('best.payment_id')
                    ) }}
            else best.amount
        end as offered_amount,
        best.rung > 0 and best.rivals > 1 as is_asked
    from best
),

taken as (
    select
        offered.*,
        case
            when not offered.is_asked
                then
                    {{ taken_in_turn(
                        'case when offered.is_asked then 0 else offered.offered_amount end',
                        'offered.payment_amount',
                        'offered.payment_id, offered.way',
                        'offered.rung, ' ~ booking_order('offered')
                    ) }}
            else 0
        end as taken_amount
    from offered
)

select
    bank_entry_id,
    payment_id,
    rung,
    way,
    case
        when is_asked then 'asked'
        when taken_amount > 0 then 'taken'
        else 'exhausted'
    end as outcome,
    taken_amount::numeric(20, 4) as amount,
    is_comparable
from taken
