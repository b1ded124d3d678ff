{{ config(materialized='stable_view') }}

with entity as (
    select
        entity_id,
        currency,
        {{ local_date(as_of(), "coalesce(time_zone, 'UTC')") }} as today
    from {{ ref('dim_entity') }}
),

-- Open invoices less credits, on the day of their payment or else when they are due.
invoiced as (
    select
        p.entity_id,
        p.currency,
        'invoice' as kind,
        coalesce(payment.requested_date, p.due_date) as expected_on,
        p.open_amount as amount
    from {{ ref('match_payable') }} as p
    left join {{ ref('int_payments') }} as payment on p.live_payment_id = payment.payment_id
    where coalesce(p.reason, '') <> 'settled'
),

term as (
    select
        s.entity_id,
        t.payment_term_code,
        t.net_days
    from {{ ref('stg_payment_terms') }} as t
    inner join {{ ref('int_systems_of_record') }} as s on t._source_system = s.source_system
    where s.object = 'payment_term' and s.role = 'record' and s.recency = 1
),

-- What was received and not invoiced, as if it were invoiced today, at the order's terms.
accrued as (
    select
        l.entity_id,
        l.currency,
        'accrual' as kind,
        entity.today + coalesce(term.net_days, 0) as expected_on,
        l.grni_amount as amount
    from {{ ref('fct_purchase_order_line') }} as l
    inner join entity on l.entity_id = entity.entity_id
    inner join {{ ref('int_purchase_orders') }} as o on l.purchase_order_id = o.purchase_order_id
    left join term on l.entity_id = term.entity_id and o.payment_term_code = term.payment_term_code
    where l.grni_amount > 0
),

obligation as (
    select * from invoiced
    union all
    select * from accrued
),

placed as (
    select
        obligation.entity_id,
        coalesce(obligation.currency, entity.currency) as currency,
        obligation.kind,
        entity.today,
        {{ week_of('greatest(coalesce(obligation.expected_on, entity.today), entity.today)') }} as week,
        obligation.amount
    from obligation
    inner join entity on obligation.entity_id = entity.entity_id
)

select
    'cash_forecast' as kpi,
    placed.today as period,
    placed.entity_id,
    cut.dimension,
    cut.dimension_value,
    placed.currency,
    sum(placed.amount)::numeric(24, 4) as numerator,
    null::numeric(24, 4) as denominator,
    sum(placed.amount)::numeric(24, 4) as value,
    'money' as unit
from placed
cross join
    lateral (
        values ('all', 'all'), ('week', placed.week::text), ('kind', placed.kind)
    ) as cut (dimension, dimension_value)
group by placed.today, placed.entity_id, cut.dimension, cut.dimension_value, placed.currency
