{{ config(materialized='stable_view') }}

-- What was accrued at the end of each month that is over, and what has become of it since.
with movement as (
    select * from {{ ref('accrual_log') }}
),

month_end as (
    select distinct (date_trunc('month', period) + interval '1 month' - interval '1 day')::date as period
    from movement
    where date_trunc('month', period) + interval '1 month' <= {{ utc_date(as_of()) }}
),

closing as (
    select distinct on (month_end.period, m.po_line_id, m.entity_id, m.currency)
        month_end.period as closed_on,
        m.*
    from month_end
    inner join movement as m on month_end.period >= m.period
    order by month_end.period asc, m.po_line_id asc, m.entity_id asc, m.currency asc, m.known_at desc
),

present as (
    select distinct on (po_line_id, entity_id, currency) *
    from movement
    order by po_line_id asc, entity_id asc, currency asc, known_at desc
),

accrued as (
    select
        closing.closed_on,
        closing.entity_id,
        closing.currency,
        closing.po_line_id,
        closing.unit_price,
        least(
            closing.received_qty - closing.returned_qty - closing.invoiced_qty,
            greatest(0, present.invoiced_qty - closing.invoiced_qty)
        ) as invoiced_qty,
        least(
            closing.received_qty - closing.returned_qty - closing.invoiced_qty,
            greatest(0, present.returned_qty - closing.returned_qty)
        ) as returned_qty
    from closing
    inner join present
        on
            closing.po_line_id = present.po_line_id
            and closing.entity_id = present.entity_id
            and closing.currency = present.currency
    where closing.received_qty - closing.returned_qty - closing.invoiced_qty > 0 and closing.unit_price > 0
),

billed as (
    select
        po_line_id,
        currency,
        sum(qty * unit_price) / nullif(sum(qty), 0) as unit_price
    from {{ ref('fct_invoice_line') }}
    where po_line_id is not null and qty > 0 and kind = 'invoice'
    group by po_line_id, currency
),

settled as (
    select
        a.closed_on,
        a.entity_id,
        a.currency,
        sum(round((a.invoiced_qty + a.returned_qty) * a.unit_price, 2)) as accrued_amount,
        sum(round(a.invoiced_qty * coalesce(billed.unit_price, a.unit_price), 2)) as invoiced_amount
    from accrued as a
    left join billed on a.po_line_id = billed.po_line_id and a.currency = billed.currency
    group by a.closed_on, a.entity_id, a.currency
)

select
    'accrual_accuracy' as kpi,
    closed_on as period,
    entity_id,
    'all' as dimension,
    'all' as dimension_value,
    currency,
    (invoiced_amount - abs(accrued_amount - invoiced_amount))::numeric(24, 4) as numerator,
    invoiced_amount::numeric(24, 4) as denominator,
    {{ percentage('invoiced_amount - abs(accrued_amount - invoiced_amount)', 'invoiced_amount') }} as value,
    '%' as unit
from settled
where invoiced_amount > 0
