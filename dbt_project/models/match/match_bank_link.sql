{{ config(meta={'directly': true, 'analyze': ['bank_entry_id', 'payment_id', 'outcome']}) }}

{#
    The other rungs of the ladder (payments, section 6), for entries that name no payment that we know: each works on what
    those above it left, of entries and of payments.
#}
with named as {{ kept() }} (
    select * from {{ ref('match_bank_named') }}
),

apart as (
    select
        e.entry_no,
        p.payment_no
    from {{ ref('match_bank_decision') }} as d
    inner join {{ ref('match_bank_entry') }} as e on d.bank_entry_id = e.bank_entry_id
    inner join {{ ref('match_bank_payment') }} as p on d.payment_id = p.payment_id
    where not d.is_match
),

rejected as (
    select payment_no
    from {{ ref('match_bank_rejection') }}
),

entry as (
    select e.*
    from {{ ref('match_bank_entry') }} as e
    left join named on e.entry_no = named.entry_no
    where e.kind in ('out', 'back') and not e.is_repeat and named.entry_no is null
),

moved as {{ kept() }} (
    select
        payment_no,
        sum(case when way = 'out' then amount else 0 end) as settled_amount,
        sum(case when way = 'back' then amount else 0 end) as returned_amount
    from named
    where outcome = 'taken'
    group by payment_no
),

sent as {{ not_kept() }} (
    select
        p.*,
        p.amount - coalesce(moved.settled_amount, 0) as open_amount,
        coalesce(moved.settled_amount, 0) - coalesce(moved.returned_amount, 0) as held_amount
    from {{ ref('match_bank_payment') }} as p
    left join moved on p.payment_no = moved.payment_no
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
        payment.payment_no,
        payment.entity_id as payment_entity_id,
        payment.open_amount,
        count(*) over (partition by entry.entry_no) as members,
        sum(payment.open_amount) over (partition by entry.entry_no) as total
    from entry
    inner join payment
        on
            entry.payment_group_ref = payment.group_ref
            and entry.currency = payment.currency
            and {{ same_payer('entry', 'payment') }}
    left join rejected on payment.payment_no = rejected.payment_no
    left join apart on entry.entry_no = apart.entry_no and payment.payment_no = apart.payment_no
    where entry.kind = 'out' and rejected.payment_no is null and apart.entry_no is null
),

-- Of several entries that a group fits the first takes it; ids of groups are unique to an entity only.
claim as (
    select
        m.*,
        dense_rank() over (
            partition by m.payment_group_ref, m.payment_entity_id, m.currency
            order by {{ booking_order('m') }}
        ) as place
    from group_member as m
    where m.total in (m.gross_amount, m.net_amount) and m.members = coalesce(m.batch_count, m.members)
),

by_group as (
    select
        entry_no,
        payment_no,
        3 as rung,
        way,
        case when max(place) over (partition by entry_no) <= 1 then 'taken' else 'exhausted' end as outcome,
        case when max(place) over (partition by entry_no) <= 1 then open_amount else 0 end as amount,
        members as link_count
    from claim
),

ungrouped_entry as (
    select entry.*
    from entry
    left join (select distinct entry_no from by_group) as done on entry.entry_no = done.entry_no
    where done.entry_no is null
),

ungrouped_payment as (
    select payment.*
    from payment
    left join (select distinct payment_no from by_group) as done on payment.payment_no = done.payment_no
    where done.payment_no is null
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
        payment.payment_no,
        {{ compared_code('payment.payment_ref') }} as compared_ref
    from ungrouped_payment as payment
    where exists (select 1 from referring_entry)

    union

    select
        payment.payment_no,
        {{ compared_code('i.invoice_number') }} as compared_ref
    from ungrouped_payment as payment
    inner join {{ ref('int_payment_invoices') }} as paid on payment.payment_id = paid.payment_id
    inner join {{ ref('int_invoices') }} as i on paid.invoice_id = i.invoice_id
    where exists (select 1 from referring_entry)
),

referring as (
    select
        entry.*,
        payment.payment_no,
        payment.open_amount,
        coalesce({{ bank_amount('entry', 'payment') }}, payment.open_amount) as taken_amount,
        rank() over (
            partition by entry.entry_no
            order by case when {{ bank_amount('entry', 'payment') }} = payment.open_amount then 0 else 1 end
        ) as place
    from referring_entry as entry
    inner join payment_reference as reference on entry.compared_ref = reference.compared_ref
    inner join ungrouped_payment as payment
        on reference.payment_no = payment.payment_no and {{ same_payer('entry', 'payment') }}
    left join apart on entry.entry_no = apart.entry_no and payment.payment_no = apart.payment_no
    where apart.entry_no is null
),

referred as (
    select
        r.*,
        count(*) over (partition by r.entry_no) as rivals
    from referring as r
    where r.place <= 1
),

structured as (
    select
        r.entry_no,
        r.payment_no,
        r.way,
        r.rivals,
        {{ taken_in_turn(
            'case when r.rivals > 1 then 0 else r.taken_amount end',
            'r.open_amount',
            'r.payment_no',
            booking_order('r')
        ) }} as amount
    from referred as r
),

by_structured_ref as (
    select
        entry_no,
        payment_no,
        4 as rung,
        way,
        case
            when rivals > 1 then 'asked'
            when amount > 0 then 'taken'
            else 'exhausted'
        end as outcome,
        case when rivals > 1 then 0 else amount end as amount,
        rivals as link_count
    from structured
),

-- Rung 5: the same amount, within days of the order, to the same party.
unread_entry as (
    select
        entry.*,
        {{ compared_code('entry.counterparty') }} as party
    from ungrouped_entry as entry
    left join (select distinct entry_no from by_structured_ref) as done on entry.entry_no = done.entry_no
    where done.entry_no is null
),

-- The amounts that the bank says of an entry.
told as (
    select
        entry_no,
        currency as told_currency,
        gross_amount as told_amount
    from unread_entry

    union

    select
        entry_no,
        currency as told_currency,
        net_amount as told_amount
    from unread_entry

    union

    select
        entry_no,
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
    inner join unread_entry as entry on told.entry_no = entry.entry_no
),

settled_above as (
    select
        payment_no,
        sum(amount) as amount
    from (
        select
            payment_no,
            amount
        from by_group

        union all

        select
            payment_no,
            amount
        from by_structured_ref
    ) as settled
    group by payment_no
),

wanted as (
    select
        payment.*,
        'out' as kind,
        payment.open_amount as wanted_amount
    from ungrouped_payment as payment
    left join (select distinct payment_no from by_structured_ref) as done on payment.payment_no = done.payment_no
    left join rejected on payment.payment_no = rejected.payment_no
    where done.payment_no is null and rejected.payment_no is null

    union all

    select
        sent.*,
        'back' as kind,
        sent.held_amount + coalesce(settled_above.amount, 0) as wanted_amount
    from sent
    left join settled_above on sent.payment_no = settled_above.payment_no
    where
        sent.held_amount + coalesce(settled_above.amount, 0) > 0
        and exists (
            select 1
            from unread_entry
            where unread_entry.kind = 'back'
        )
),

alike as (
    select distinct
        entry.entry_no,
        entry.way,
        wanted.payment_no,
        wanted.wanted_amount as amount,
        entry.party is not null as is_same_party
    from telling as entry
    inner join wanted
        on
            entry.kind = wanted.kind
            and entry.entity_id = wanted.entity_id
            and entry.told_currency = wanted.currency
            and entry.told_amount = wanted.wanted_amount
            and entry.booking_date between wanted.sent_on - 1 and wanted.sent_on + {{ bank_days('wanted') }}
    left join apart on entry.entry_no = apart.entry_no and wanted.payment_no = apart.payment_no
    where
        apart.entry_no is null
        and (
            entry.party is null
            or entry.party = {{ compared_code('wanted.vendor_name') }}
            or entry.party = {{ compared_code('wanted.vendor_number') }}
        )
),

-- Both must have one choice: of two entries that look like a payment neither is taken.
chosen as (
    select
        alike.*,
        count(*) over (partition by alike.entry_no) as rivals,
        count(*) over (partition by alike.payment_no, alike.way) as claims
    from alike
),

by_party as (
    select
        entry_no,
        payment_no,
        5 as rung,
        way,
        case when is_same_party and rivals = 1 and claims = 1 then 'taken' else 'asked' end as outcome,
        case when is_same_party and rivals = 1 and claims = 1 then amount else 0 end as amount,
        rivals as link_count
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
    is_comparable,
    link_count
from named

union all

select
    e.bank_entry_id,
    p.payment_id,
    lower.rung,
    lower.way,
    lower.outcome,
    lower.amount::numeric(20, 4) as amount,
    p.currency,
    true as is_comparable,
    lower.link_count
from lower
inner join {{ ref('match_bank_entry') }} as e on lower.entry_no = e.entry_no
inner join {{ ref('match_bank_payment') }} as p on lower.payment_no = p.payment_no
