{{ config(materialized='stable_view') }}

with invoice as (
    select * from {{ ref('fct_invoice') }}
    where not is_cancelled
),

held as (
    select distinct
        invoice.invoice_day,
        invoice.entity_id,
        invoice.invoice_id,
        cut.dimension,
        cut.dimension_value
    from {{ ref('exc_hold') }} as hold
    inner join invoice on hold.invoice_id = invoice.invoice_id
    cross join lateral (
        values ('code', hold.code), ('root_cause', hold.root_cause), ('owner', hold.owner)
    ) as cut (dimension, dimension_value)
),

-- What happened at an entity at all counts on each of its days, so that parts sum to any level.
occurring as (
    select distinct
        entity_id,
        dimension,
        dimension_value
    from held
),

processed as (
    select
        invoice_day,
        entity_id,
        count(*) as invoices,
        count(*) filter (where has_hold) as held_invoices
    from invoice
    group by invoice_day, entity_id
),

held_counted as (
    select
        invoice_day,
        entity_id,
        dimension,
        dimension_value,
        count(*) as held_invoices
    from held
    group by invoice_day, entity_id, dimension, dimension_value
),

parts as (
    select
        invoice_day,
        entity_id,
        'all' as dimension,
        'all' as dimension_value,
        held_invoices as numerator,
        invoices as denominator
    from processed

    union all

    select
        processed.invoice_day,
        processed.entity_id,
        occurring.dimension,
        occurring.dimension_value,
        coalesce(held_counted.held_invoices, 0) as numerator,
        processed.invoices as denominator
    from processed
    inner join occurring on processed.entity_id = occurring.entity_id
    left join held_counted
        on
            processed.invoice_day = held_counted.invoice_day
            and processed.entity_id = held_counted.entity_id
            and occurring.dimension = held_counted.dimension
            and occurring.dimension_value = held_counted.dimension_value

    union all

    select
        invoice_day,
        entity_id,
        'vendor' as dimension,
        coalesce(vendor_key, 'unknown') as dimension_value,
        count(*) filter (where has_hold) as numerator,
        count(*) as denominator
    from invoice
    group by invoice_day, entity_id, coalesce(vendor_key, 'unknown')
)

select
    'exception_rate' as kpi,
    invoice_day as period,
    entity_id,
    dimension,
    dimension_value,
    null::text as currency,
    numerator::numeric(24, 4) as numerator,
    denominator::numeric(24, 4) as denominator,
    {{ percentage('numerator', 'denominator') }} as value,
    '%' as unit
from parts
