{#
    What was billed, less credits, for items that a contract prices for the entity on that day, whoever the contract is
    with (KPIs, contract compliance).
#}
{{ config(materialized='stable_view') }}

with line as (
    select * from {{ ref('contract_spend_ordered') }}
    union all
    select * from {{ ref('contract_spend_direct') }}
),

invoice as (
    select * from {{ ref('fct_invoice') }}
),

-- Prices for the item that held for the entity on that day, of any vendor, in any currency and unit.
available as (
    select
        line.invoice_line_id,
        bool_or(
            coalesce(line.vendor_key = price.vendor_key, false)
            or coalesce(price.contract_number in (line.named_contract, line.order_contract), false)
        ) as is_with_vendor
    from line
    inner join {{ ref('int_contract_prices') }} as price
        on
            line.item_key = price.item_key
            and line.priced_on between price.valid_from and price.valid_to
            and line.entity_id = coalesce(price.entity_id, line.entity_id)
    inner join {{ ref('int_systems_of_record') }} as record
        on
            line.entity_id = record.entity_id
            and record.object = 'contract_price'
            and record.role = 'record'
            and price.source_system = record.source_system
            and line.priced_on between record.valid_from and record.valid_to
    group by line.invoice_line_id
),

measured as (
    select
        line.*,
        available.is_with_vendor,
        round(line.net_qty * line.unit_price, 2) as net_amount,
        case
            when line.contract_unit_price is not null
                then greatest(0, round((line.unit_price - line.contract_unit_price) * line.net_qty, 2))
        end as over_amount
    from line
    inner join available on line.invoice_line_id = available.invoice_line_id
),

judged as (
    select
        measured.*,
        case
            when over_amount = 0 then 'on_contract'
            when over_amount > 0 then 'above_contract'
            when is_with_vendor or basis = 'amount' then 'not_comparable'
            else 'off_contract'
        end as contract_status
    from measured
)

select
    judged.invoice_line_id,
    judged.invoice_id,
    judged.po_line_id,
    judged.entity_id,
    judged.vendor_key,
    judged.item_key,
    judged.item_category,
    judged.contract_status,
    judged.contract_price_id,
    judged.contract_number,
    judged.net_qty::numeric(18, 6) as net_qty,
    judged.unit_price::numeric(19, 10) as unit_price,
    judged.contract_unit_price::numeric(19, 10) as contract_unit_price,
    judged.net_amount::numeric(20, 4) as net_amount,
    (case when judged.contract_status = 'on_contract' then judged.net_amount else 0 end)::numeric(20, 4)
        as compliant_amount,
    (case when judged.contract_status = 'off_contract' then judged.net_amount else 0 end)::numeric(20, 4)
        as off_contract_amount,
    coalesce(judged.over_amount, 0)::numeric(20, 4) as over_contract_amount,
    judged.currency,
    judged.priced_on,
    invoice.invoice_day
from judged
inner join invoice on judged.invoice_id = invoice.invoice_id
