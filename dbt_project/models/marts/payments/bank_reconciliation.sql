{{ config(materialized='stable_view') }}

with entry as (
    select * from {{ ref('match_bank_state') }}
),

scope as (
    select distinct coalesce(entity_id, '') as entity_id
    from entry
),

route as (
    select
        scope.entity_id,
        r.owner_role,
        r.owner,
        row_number() over (
            partition by scope.entity_id
            order by r.specificity desc, r.route_id collate "C" asc
        ) as preference
    from scope
    inner join {{ ref('int_routing') }} as r
        on r.code in ('', 'BANK_ENTRY_UNMATCHED') and r.entity_id in ('', scope.entity_id) and r.item_category = ''
),

-- Nobody owns what is explained to the cent.
owned as (
    select
        entry.*,
        entry.state = 'owned' or entry.difference_amount <> 0 as has_owner,
        coalesce(route.owner_role, 'treasury') as routed_role,
        coalesce(route.owner, 'treasury') as routed_to
    from entry
    left join route on coalesce(entry.entity_id, '') = route.entity_id and route.preference = 1
)

select
    bank_entry_id,
    bank_statement_id,
    entity_id,
    booking_date,
    value_date,
    amount::numeric(20, 4) as amount,
    currency,
    bank_ref,
    counterparty,
    remittance,
    state,
    {{ rung_in_words('rung') }} as rung,
    reason,
    coalesce(payment_ids, '{}')::text[] as payment_ids,
    taken_amount,
    taken_currency,
    fee_amount,
    difference_amount,
    is_asked,
    coalesce(candidate_ids, '{}')::text[] as candidate_ids,
    needs_person,
    case when has_owner then routed_role end as owner_role,
    case when has_owner then routed_to end as owner,
    known_at
from owned
