{{ config(materialized='ephemeral') }}

{#
    The other rungs of the ladder (payments, section 6), for entries that name no payment that we know: each works on what
    those above it left, of entries and of payments.
#}
with named as {{ kept() }} (
    select * from {{ ref('match_bank_named') }}
),

apart as (
    select
        bank_entry_id,
        payment_id
    from {{ ref('match_bank_decision') }}
    where not is_match
),

rejected as (
    select payment_id
    from {{ ref('match_bank_rejection') }}
),

entry as (
    select e.*
    from {{ ref('match_bank_weighed_entry') }} as e
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

sent as (
    select
        p.*,
        p.amount - coalesce(moved.settled_amount, 0) as open_amount,
        coalesce(moved.settled_amount, 0) - coalesce(moved.returned_amount, 0) as held_amount
    from {{ ref('match_bank_weighed_payment') }} as p
    left join moved on p.payment_id = moved.payment_id
    where p.was_sent
),

payment as (
    select * from sent
    where open_amount > 0
),

-- Rung 3: a group booked in one sum, over all that is left of it.
group_member as (
    select
        entry.*,
        payment.payment_id,
        payment.entity_id as payment_entity_id,
        payment.open_amount,
        rejected.payment_id is not null as is_rejected,
        count(*) over (partition by entry.bank_entry_id) as all_members,
        sum(payment.open_amount) over (partition by entry.bank_entry_id) as all_total,
        sum(case when rejected.payment_id is null then 1 else 0 end) over (
            partition by entry.bank_entry_id
        ) as members,
        sum(case when rejected.payment_id is null then payment.open_amount else 0 end) over (
            partition by entry.bank_entry_id
        ) as total
    from entry
    inner join payment
        on
            entry.payment_group_ref = payment.group_ref
            and entry.currency = payment.currency
            and {{ same_payer('entry', 'payment') }}
    left join rejected on payment.payment_id = rejected.payment_id
    left join apart on entry.bank_entry_id = apart.bank_entry_id and payment.payment_id = apart.payment_id
    where entry.kind = 'out' and apart.bank_entry_id is null
),

-- Without what was rejected, or with it: an ACH entry is returned after it was booked with its batch.
fitting as (
    select m.*
    from group_member as m
    where
        case
            when m.total in (m.gross_amount, m.net_amount)
                then m.members = coalesce(m.batch_count, m.members) and not m.is_rejected
            else
                m.all_total in (m.gross_amount, m.net_amount)
                and m.all_members = coalesce(m.batch_count, m.all_members)
        end
),

-- Of several entries that a group fits the first takes it; ids of groups are unique to an entity only.
claim as (
    select
        m.*,
        dense_rank() over (
            partition by m.payment_group_ref, m.payment_entity_id, m.currency
            order by {{ booking_order('m') }}
        ) as place
    from fitting as m
),

by_group as (
    select
        bank_entry_id,
        payment_id,
        3 as rung,
        way,
        case when max(place) over (partition by bank_entry_id) <= 1 then 'taken' else 'exhausted' end as outcome,
        case when max(place) over (partition by bank_entry_id) <= 1 then open_amount else 0 end as amount,
        currency
    from claim
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
        {{ compared_code('payment.payment_ref') }} as compared_ref
    from ungrouped_payment as payment
    where exists (select 1 from referring_entry)

    union

    select
        payment.payment_id,
        {{ compared_code('i.invoice_number') }} as compared_ref
    from ungrouped_payment as payment
    inner join {{ ref('int_payment_invoices') }} as paid on payment.payment_id = paid.payment_id
    inner join {{ ref('int_invoices') }} as i on paid.invoice_id = i.invoice_id
    where exists (select 1 from referring_entry)
),

referring as (
    select
        entry.*,
        payment.payment_id,
        payment.open_amount,
        payment.currency as payment_currency,
        coalesce({{ bank_amount('entry', 'payment') }}, payment.open_amount) as taken_amount,
        rank() over (
            partition by entry.bank_entry_id
            order by case when {{ bank_amount('entry', 'payment') }} = payment.open_amount then 0 else 1 end
        ) as place
    from referring_entry as entry
    inner join payment_reference as reference on entry.compared_ref = reference.compared_ref
    inner join ungrouped_payment as payment
        on reference.payment_id = payment.payment_id and {{ same_payer('entry', 'payment') }}
    left join apart on entry.bank_entry_id = apart.bank_entry_id and payment.payment_id = apart.payment_id
    where apart.bank_entry_id is null
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
        r.payment_currency,
        r.rivals,
        {{ taken_in_turn(
            'case when r.rivals > 1 then 0 else r.taken_amount end',
            'r.open_amount',
            'r.payment_id',
            booking_order('r')
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
        case when rivals > 1 then 0 else amount end as amount,
        payment_currency as currency
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

-- The amounts that the bank says of an entry.
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

telling as {{ kept() }} (
    select
        entry.*,
        told.told_currency,
        told.told_amount
    from told
    inner join unread_entry as entry on told.bank_entry_id = entry.bank_entry_id
),

settled_above as (
    select
        payment_id,
        sum(amount) as amount
    from (
        select
            payment_id,
            amount
        from by_group

        union all

        select
            payment_id,
            amount
        from by_structured_ref
    ) as settled
    group by payment_id
),

unread_return as (
    select * from unread_entry
    where kind = 'back'
),

-- What banks hold of payments, as far as it may come back.
held as (
    select
        sent.payment_id,
        sent.entity_id,
        sent.vendor_id,
        sent.currency,
        sent.method,
        sent.sent_on,
        sent.held_amount + coalesce(settled_above.amount, 0) as amount
    from sent
    left join settled_above on sent.payment_id = settled_above.payment_id

    union all

    select
        met.payment_id,
        met.payment_entity_id as entity_id,
        met.vendor_id,
        met.payment_currency as currency,
        met.method,
        met.sent_on,
        met.payment_amount as amount
    from {{ ref('match_bank_met') }} as met
    left join {{ ref('match_bank_contested') }} as contested on met.end_to_end_id = contested.end_to_end_id
    where {{ is_plain('met', 'contested') }} and met.was_sent
),

wanted as (
    select
        payment.payment_id,
        payment.entity_id,
        payment.vendor_id,
        payment.currency,
        payment.method,
        payment.sent_on,
        'out' as kind,
        payment.open_amount as amount
    from ungrouped_payment as payment
    left join (select distinct payment_id from by_structured_ref) as done on payment.payment_id = done.payment_id
    left join rejected on payment.payment_id = rejected.payment_id
    where done.payment_id is null and rejected.payment_id is null

    union all

    select
        payment_id,
        entity_id,
        vendor_id,
        currency,
        method,
        sent_on,
        'back' as kind,
        amount
    from held
    where amount > 0 and exists (select 1 from unread_return)
),

alike as (
    select distinct
        entry.bank_entry_id,
        entry.way,
        wanted.payment_id,
        wanted.currency,
        wanted.amount,
        -- a cheque has a number, and this one's is of no payment
        entry.party is not null and entry.cheque_number is null as is_certain
    from telling as entry
    inner join wanted
        on
            entry.kind = wanted.kind
            and entry.entity_id = wanted.entity_id
            and entry.told_currency = wanted.currency
            and entry.told_amount = wanted.amount
            and entry.booking_date between wanted.sent_on - 1 and wanted.sent_on + {{ bank_days('wanted') }}
    left join {{ ref('int_vendor_crosswalk') }} as vendor on wanted.vendor_id = vendor.vendor_id
    left join apart on entry.bank_entry_id = apart.bank_entry_id and wanted.payment_id = apart.payment_id
    where
        apart.bank_entry_id is null
        and (
            entry.party is null
            or entry.party = {{ compared_code('vendor.name') }}
            or entry.party = {{ compared_code('vendor.vendor_number') }}
        )
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
        case when is_certain and rivals = 1 and claims = 1 then 'taken' else 'asked' end as outcome,
        case when is_certain and rivals = 1 and claims = 1 then amount else 0 end as amount,
        currency
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
    currency,
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
    currency,
    true as is_comparable
from lower
