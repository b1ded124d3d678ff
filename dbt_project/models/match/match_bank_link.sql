{{
    config(
        indexes=[{'columns': ['bank_entry_id']}, {'columns': ['payment_id']}],
        meta={'analyze': true},
    )
}}

{#
    The other rungs of the ladder (payments, section 6), for entries that name no payment that we know: each works on what
    those above it left, of entries and of payments.
#}
with named as (
    select * from {{ ref('match_bank_named') }}
),

decision as (
    select * from {{ ref('match_bank_decision') }}
    where not is_match
),

rejected as (
    select distinct payment_id
    from {{ ref('match_bank_answer') }}
    where not is_accepted
),

entry as (
    select e.*
    from {{ ref('match_bank_entry') }} as e
    left join (select distinct bank_entry_id from named) as done on e.bank_entry_id = done.bank_entry_id
    where e.kind in ('out', 'back') and not e.is_repeat and done.bank_entry_id is null
),

moved as (
    select
        payment_id,
        sum(case when way = 'out' then amount else 0 end) as settled_amount,
        sum(case when way = 'back' then amount else 0 end) as returned_amount
    from named
    where outcome = 'taken'
    group by payment_id
),

payment as (
    select
        p.*,
        p.amount - coalesce(moved.settled_amount, 0) as open_amount,
        coalesce(moved.settled_amount, 0) - coalesce(moved.returned_amount, 0) as held_amount
    from {{ ref('match_bank_payment') }} as p
    left join moved on p.payment_id = moved.payment_id
    where p.was_sent
),

-- Rung 3: a group booked in one sum, over all that is left of it.
group_member as (
    select
        entry.bank_entry_id,
        entry.way,
        entry.booking_date,
        entry.payment_group_ref,
        payment.payment_id,
        payment.open_amount,
        entry.gross_amount,
        entry.net_amount,
        entry.batch_count,
        count(*) over (partition by entry.bank_entry_id) as members,
        sum(payment.open_amount) over (partition by entry.bank_entry_id) as total
    from entry
    inner join payment
        on
            entry.payment_group_ref = payment.group_ref
            and entry.currency = payment.currency
            and {{ same_payer('entry', 'payment') }}
    left join rejected on payment.payment_id = rejected.payment_id
    left join decision
        on entry.bank_entry_id = decision.bank_entry_id and payment.payment_id = decision.payment_id
    where
        entry.kind = 'out'
        and payment.open_amount > 0
        and rejected.payment_id is null
        and decision.bank_entry_id is null
),

by_group as (
    select
        m.bank_entry_id,
        m.payment_id,
        3 as rung,
        m.way,
        case
            when
                dense_rank() over (partition by m.payment_group_ref order by {{ booking_order('m') }}) <= 1
                then 'taken'
            else 'exhausted'
        end as outcome,
        m.open_amount as amount
    from group_member as m
    where m.total in (m.gross_amount, m.net_amount) and m.members = coalesce(m.batch_count, m.members)
),

ungrouped_entry as (
    select entry.*
    from entry
    left join (select distinct bank_entry_id from by_group) as done on entry.bank_entry_id = done.bank_entry_id
    where done.bank_entry_id is null
),

ungrouped_payment as (
    select payment.*
    from payment
    left join (select distinct payment_id from by_group) as done on payment.payment_id = done.payment_id
    where done.payment_id is null
),

-- Rung 4: the creditor's reference, as it is on an invoice that the payment pays, or on the payment.
referring_entry as (
    select
        e.*,
        {{ compared_code('e.structured_ref') }} as compared_ref
    from ungrouped_entry as e
    where e.kind = 'out' and e.structured_ref is not null
),

payment_reference as (
    select
        payment.payment_id,
        payment.entity_id,
        {{ compared_code('payment.payment_ref') }} as compared_ref
    from ungrouped_payment as payment
    where
        payment.open_amount > 0
        and exists (
            select 1
            from referring_entry
        )

    union

    select
        payment.payment_id,
        payment.entity_id,
        {{ compared_code('i.invoice_number') }} as compared_ref
    from ungrouped_payment as payment
    inner join {{ ref('int_payment_invoices') }} as paid on payment.payment_id = paid.payment_id
    inner join {{ ref('int_invoices') }} as i on paid.invoice_id = i.invoice_id
    where
        payment.open_amount > 0
        and exists (
            select 1
            from referring_entry
        )
),

referring as (
    select
        entry.bank_entry_id,
        entry.way,
        entry.booking_date,
        payment.payment_id,
        payment.open_amount,
        coalesce({{ bank_amount('entry', 'payment') }}, payment.open_amount) as amount,
        rank() over (
            partition by entry.bank_entry_id
            order by case when {{ bank_amount('entry', 'payment') }} = payment.open_amount then 0 else 1 end
        ) as place
    from referring_entry as entry
    inner join payment_reference as reference
        on entry.compared_ref = reference.compared_ref and {{ same_payer('entry', 'reference') }}
    inner join ungrouped_payment as payment on reference.payment_id = payment.payment_id
    left join decision
        on entry.bank_entry_id = decision.bank_entry_id and payment.payment_id = decision.payment_id
    where decision.bank_entry_id is null
),

referred as (
    select
        r.*,
        count(*) over (partition by r.bank_entry_id) as rivals
    from referring as r
    where r.place <= 1
),

structured as (
    select
        r.bank_entry_id,
        r.payment_id,
        r.way,
        r.rivals,
        {{ taken_in_turn(
            'case when r.rivals > 1 then 0 else r.amount end', 'r.open_amount', 'r.payment_id', booking_order('r')
        ) }} as amount
    from referred as r
),

by_structured_ref as (
    select
        bank_entry_id,
        payment_id,
        4 as rung,
        way,
        case
            when rivals > 1 then 'asked'
            when amount > 0 then 'taken'
            else 'exhausted'
        end as outcome,
        case when rivals > 1 then 0 else amount end as amount
    from structured
),

-- Rung 5: the same amount, within days of the order, to the same party.
unread_entry as (
    select
        entry.*,
        {{ compared_code('entry.counterparty') }} as party
    from ungrouped_entry as entry
    left join (select distinct bank_entry_id from by_structured_ref) as done on entry.bank_entry_id = done.bank_entry_id
    where done.bank_entry_id is null
),

told as (
    select
        bank_entry_id,
        currency as told_currency,
        gross_amount as told_amount
    from unread_entry

    union

    select
        bank_entry_id,
        currency as told_currency,
        net_amount as told_amount
    from unread_entry

    union

    select
        bank_entry_id,
        original_currency as told_currency,
        original_amount as told_amount
    from unread_entry
    where original_amount is not null
),

wanting as (
    select
        payment.*,
        'out' as kind,
        payment.open_amount as wanted_amount
    from ungrouped_payment as payment
    left join (select distinct payment_id from by_structured_ref) as done on payment.payment_id = done.payment_id
    left join rejected on payment.payment_id = rejected.payment_id
    where payment.open_amount > 0 and done.payment_id is null and rejected.payment_id is null

    union all

    select
        payment.*,
        'back' as kind,
        payment.held_amount as wanted_amount
    from payment
    where payment.held_amount > 0
),

-- Of payments that were settled before only those are wanted that money may come back from.
wanted as (
    select
        wanting.*,
        {{ compared_code('wanting.vendor_name') }} as party,
        {{ compared_code('wanting.vendor_number') }} as party_number
    from wanting
    inner join (
        select distinct
            kind,
            entity_id
        from unread_entry
    ) as asking on wanting.kind = asking.kind and wanting.entity_id = asking.entity_id
),

alike as (
    select distinct
        entry.bank_entry_id,
        entry.way,
        wanted.payment_id,
        wanted.wanted_amount as amount,
        entry.party is not null as is_same_party
    from told
    inner join unread_entry as entry on told.bank_entry_id = entry.bank_entry_id
    inner join wanted
        on
            entry.kind = wanted.kind
            and entry.entity_id = wanted.entity_id
            and told.told_currency = wanted.currency
            and told.told_amount = wanted.wanted_amount
            and entry.booking_date between wanted.sent_on - 1 and wanted.sent_on + {{ bank_days('wanted') }}
    left join decision
        on entry.bank_entry_id = decision.bank_entry_id and wanted.payment_id = decision.payment_id
    where
        decision.bank_entry_id is null
        and (entry.party is null or entry.party in (wanted.party, wanted.party_number))
),

-- Both must have one choice: of two entries that look like a payment neither is taken.
chosen as (
    select
        alike.*,
        count(*) over (partition by alike.bank_entry_id) as rivals,
        count(*) over (partition by alike.payment_id, alike.way) as claims
    from alike
),

by_party as (
    select
        bank_entry_id,
        payment_id,
        5 as rung,
        way,
        case when is_same_party and rivals = 1 and claims = 1 then 'taken' else 'asked' end as outcome,
        case when is_same_party and rivals = 1 and claims = 1 then amount else 0 end as amount
    from chosen
),

lower as (
    select * from by_group
    union all
    select * from by_structured_ref
    union all
    select * from by_party
)

select
    bank_entry_id,
    payment_id,
    rung,
    way,
    outcome,
    amount,
    is_comparable
from named

union all

select
    bank_entry_id,
    payment_id,
    rung,
    way,
    outcome,
    amount::numeric(20, 4) as amount,
    true as is_comparable
from lower
