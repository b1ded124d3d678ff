{#
    Lines that arrived and are not known: held back one by one, or with a batch that did not pass the gate. An invoice
    that has only such lines is not one without lines.
#}
{{ config(materialized='stable_view') }}

with line as (
    select
        _batch_id,
        _row_number,
        _source_system,
        invoice_ref
    from {{ source('raw', 'invoice_line') }}
),

batch as (
    select
        batch.batch_id,
        batch.landed_at,
        promotion.known_at
    from {{ source('interface_records', 'batch') }} as batch
    left join {{ source('gate_records', 'promotion') }} as promotion
        on batch.batch_id = promotion.batch_id and promotion.known_at <= {{ as_of() }}
    where batch.object = 'invoice_line' and batch.landed_at <= {{ as_of() }}
),

held_row as (
    select
        quarantine.batch_id,
        quarantine.row_number,
        batch.known_at as held_since
    from {{ source('gate_records', 'quarantine') }} as quarantine
    inner join batch on quarantine.batch_id = batch.batch_id and batch.known_at is not null
    where
        quarantine.object = 'invoice_line'
        and not (quarantine.state = 'released' and quarantine.decided_known_at <= {{ as_of() }})
),

held as (
    select
        line._source_system,
        line.invoice_ref,
        held_row.held_since
    from held_row
    inner join line on held_row.batch_id = line._batch_id and held_row.row_number = line._row_number
    union all
    select
        line._source_system,
        line.invoice_ref,
        batch.landed_at as held_since
    from batch
    inner join line on batch.batch_id = line._batch_id
    where batch.known_at is null
)

select
    _source_system,
    invoice_ref,
    max(held_since) as held_since
from held
where invoice_ref is not null
group by _source_system, invoice_ref
