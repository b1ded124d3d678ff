{{ config(materialized='stable_view') }}

with line as (
    select * from {{ ref('int_purchase_order_lines') }}
),

purchase_order as (
    select * from {{ ref('int_purchase_orders') }}
),

matched as (
    select * from {{ ref('match_po_line') }}
),

entity as (
    select * from {{ ref('dim_entity') }}
),

-- Whether open or resolved: what was not as ordered stays so.
excepted as (
    select
        hold.po_line_id,
        max(case when code.order_exception = 'price' then 1 else 0 end) = 1 as by_price,
        max(case when code.order_exception = 'quantity' then 1 else 0 end) = 1 as by_quantity,
        max(case when code.order_exception = 'unit' then 1 else 0 end) = 1 as by_unit,
        max(case when code.order_exception = 'item' then 1 else 0 end) = 1 as by_item
    from {{ ref('match_hold') }} as hold
    inner join {{ ref('hold_codes') }} as code on hold.code = code.code
    where code.order_exception is not null
    group by hold.po_line_id
),

moment as (
    select {{ as_of() }} as as_of
),

-- Received, not invoiced: goods of entities with accruals, never below zero.
accrued as (
    select
        line.po_line_id,
        case
            when entity.accruals and line.match_type in ('three_way', 'four_way', 'receipt_only')
                then greatest(0, matched.net_received_qty - matched.invoiced_qty - matched.summary_invoiced_qty)
            else 0
        end as grni_qty
    from line
    left join matched on line.po_line_id = matched.po_line_id
    left join entity on line.entity_id = entity.entity_id
)

select
    line.po_line_id,
    line.purchase_order_id,
    line.line_number,
    line.entity_id,
    line.vendor_key,
    line.item_key,
    purchase_order.correlation_id,
    line.item_number,
    line.item_category,
    line.description,
    line.match_type,
    line.match_type_origin,
    line.basis,
    line.status,
    line.is_closed,
    line.base_unit,
    line.unit as unit_source,
    line.ordered_qty::numeric(18, 6) as ordered_qty,
    line.ordered_qty_source::numeric(18, 6) as ordered_qty_source,
    coalesce(matched.net_received_qty, 0)::numeric(18, 6) as net_received_qty,
    coalesce(matched.rejected_qty, 0)::numeric(18, 6) as rejected_qty,
    coalesce(matched.invoiced_qty, 0)::numeric(18, 6) as invoiced_qty,
    coalesce(matched.summary_invoiced_qty, 0)::numeric(18, 6) as summary_invoiced_qty,
    accrued.grni_qty::numeric(18, 6) as grni_qty,
    line.unit_price::numeric(19, 10) as unit_price,
    line.price_source::numeric(19, 10) as price_source,
    line.ordered_amount::numeric(20, 4) as ordered_amount,
    round(accrued.grni_qty * line.unit_price, 2)::numeric(20, 4) as grni_amount,
    matched.contract_unit_price,
    case
        when matched.contract_unit_price is not null
            then round(
                    greatest(0, line.unit_price - matched.contract_unit_price)
                    * greatest(0, line.ordered_qty - matched.invoiced_qty - matched.summary_invoiced_qty),
                    2
                )
    end::numeric(20, 4) as contract_exposure_amount,
    line.currency,
    excepted.po_line_id is null as is_perfect,
    coalesce(excepted.by_price, false) as has_price_exception,
    coalesce(excepted.by_quantity, false) as has_quantity_exception,
    coalesce(excepted.by_unit, false) as has_unit_exception,
    coalesce(excepted.by_item, false) as has_item_exception,
    line.tax_code,
    line.location_code,
    line.cost_center_code,
    line.account_code,
    line.requisition_number,
    line.requester,
    line.contract_number,
    matched.contract_price_id,
    line.need_by_date,
    line.closed_date,
    case
        when line.is_closed then {{ local_date(
            'coalesce(line.closed_at, greatest(line._known_at, purchase_order._known_at))',
            "coalesce(entity.time_zone, 'UTC')"
        ) }}
    end as closed_day,
    {{ local_date('moment.as_of', "coalesce(entity.time_zone, 'UTC')") }} as accrual_date,
    line._known_at as known_at
from line
cross join moment
inner join accrued on line.po_line_id = accrued.po_line_id
left join purchase_order on line.purchase_order_id = purchase_order.purchase_order_id
left join matched on line.po_line_id = matched.po_line_id
left join excepted on line.po_line_id = excepted.po_line_id
left join entity on line.entity_id = entity.entity_id
