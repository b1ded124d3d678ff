{{ config(materialized='ephemeral') }}

{#
    The first rungs of the ladder (payments, section 6): entries that a person matched, and entries that name their
    payment. Nobody's amount is looked at to find it, so that what names a payment never falls through to a weaker rung.
#}
with entry as {{ not_kept() }} (
    select * from {{ ref('match_bank_weighed_entry') }}
    where kind <> 'fee' and not is_repeat
),

payment as {{ not_kept() }} (
    select * from {{ ref('match_bank_weighed_payment') }}
),

decision as (
    select * from {{ ref('match_bank_decision') }}
),

-- The bank's own reference says no more than what the bank said of it elsewhere: in a notification.
notice as (
    select
        entry.bank_entry_id,
        n.end_to_end_id
    from entry
    inner join {{ ref('stg_bank_notifications') }} as n
        on
            entry.source_system = n._source_system
            and entry.bank_ref = n.bank_ref
            and coalesce(entry.entity_id = n.entity_id, true)
    where entry.end_to_end_id is null and entry.instruction_id is null and entry.batch_count is null
),

by_reference as (
    {{ named_payments(2, 'payment.instruction_id = entry.instruction_id and ' ~ same_payer('entry', 'payment')) }}
    union
    {{ named_payments(
        2, "ltrim(payment.cheque_number, '0') = ltrim(entry.cheque_number, '0') and " ~ same_payer('entry', 'payment')
    ) }}
    union
    {{ named_payments(2, 'payment.end_to_end_id = notice.end_to_end_id', 'notice') }}
),

named as (
    {{ named_payments(0, 'payment.payment_id = decision.payment_id and decision.is_match', 'decision') }}
    union all
    {{ named_payments(1, 'payment.end_to_end_id = entry.end_to_end_id') }}
    union all
    select * from by_reference
),

-- What a person kept apart is not found.
candidate as (
    select named.*
    from named
    left join decision
        on
            named.bank_entry_id = decision.bank_entry_id
            and named.payment_id = decision.payment_id
            and not decision.is_match
    where decision.bank_entry_id is null
),

-- The first rung that finds anything decides, and there what is worth most; all that a person named is worth as much.
ranked as (
    select
        candidate.*,
        rank() over (
            partition by candidate.bank_entry_id
            order by
                candidate.rung,
                case
                    when candidate.rung = 0 then 0
                    when candidate.is_payers and candidate.said_amount = candidate.payment_amount then 3
                    when candidate.is_payers then 2
                    when candidate.said_amount = candidate.payment_amount then 1
                    else 0
                end desc
        ) as place
    from candidate
),

best as (
    select
        ranked.*,
        coalesce(ranked.said_amount, ranked.payment_amount) as amount,
        count(*) over (partition by ranked.bank_entry_id) as rivals
    from ranked
    where ranked.place <= 1
),

-- A person may match an entry with several payments: they empty it one after another. A cheque for another amount than
-- it was issued for, or that was not issued, is a person's question: no cheque is paid in parts.
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
        best.rung > 0
        and (
            best.rivals > 1
            or (best.is_cheque and coalesce(best.said_amount <> best.payment_amount, false))
            or (best.is_cheque and best.rung = 2 and not best.was_sent)
        ) as is_asked
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
    currency,
    said_amount is not null as is_comparable
from taken
