{{ config(materialized='stable_view') }}

with event as (
    select * from {{ ref('stg_invoice_events') }}
),

invoice as (
    select * from {{ ref('int_invoices') }}
)

select
    (event._source_system || ':' || event.event_ref)::text as invoice_event_id,
    invoice.invoice_id,
    invoice.entity_id,
    event.from_status,
    event.to_status,
    event.by_user,
    event.touch,
    event.at as changed_at,
    event._known_at as known_at,
    event._trace_id as trace_id
from event
inner join invoice on (event._source_system || ':' || event.invoice_ref) = invoice.invoice_id
