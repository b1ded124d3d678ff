{#
    What we would have told a target and kept to ourselves (mode shadow), beside what people and systems did there. For
    invoices: whether it may be paid, against a posting or a hold that is open; for other subjects: the state that the
    target shows (docs/reference/feedback.md, Shadow).
#}
{{ config(materialized='stable_view') }}

with message as (
    select
        message_id,
        target,
        operation,
        entity_id,
        subject_type,
        subject_id,
        correlation_id,
        readback,
        created_at,
        row_number() over (partition by target, operation, subject_id order by sequence desc) as newness
    from {{ ref('stg_ops_messages') }}
    where mode = 'shadow'
),

invoice as (
    select * from {{ ref('int_invoices') }}
),

observed as (
    select * from {{ ref('fb_observed_state') }}
),

hold_event as (
    select
        _source_system || ':' || invoice_ref as invoice_id,
        event,
        at,
        row_number() over (
            partition by _source_system, invoice_ref, line_number, code order by at desc, event_ref desc
        ) as newness
    from {{ ref('stg_hold_events') }}
),

open_hold as (
    select
        invoice_id,
        max(at) as placed_at
    from hold_event
    where newness = 1 and event = 'placed'
    group by invoice_id
),

said as (
    select
        *,
        operation in ('match_result', 'invoice_clearance') as is_about_payment,
        case
            when operation = 'invoice_clearance' and readback = 'cleared' then 'pay'
            when
                operation = 'match_result'
                and split_part(readback, '|', 1) in {{ paying_verdicts() }}
                then 'pay'
            when operation in ('match_result', 'invoice_clearance') then 'hold'
            else readback
        end as would_say
    from message
    where newness = 1
),

compared as (
    select
        said.*,
        case
            when not said.is_about_payment then observed.readback
            when invoice.is_posted then 'pay'
            when open_hold.invoice_id is not null then 'hold'
        end as was_done,
        case
            when not said.is_about_payment then observed.known_at
            when invoice.is_posted then invoice.posted_at
            else open_hold.placed_at
        end as done_at
    from said
    left join invoice on said.is_about_payment and said.subject_id = invoice.invoice_id
    left join open_hold on said.is_about_payment and said.subject_id = open_hold.invoice_id
    left join observed
        on
            said.target = observed.target
            and said.operation = observed.operation
            and said.subject_id = observed.subject_id
)

select
    message_id,
    target,
    operation,
    entity_id,
    subject_type,
    subject_id,
    correlation_id,
    would_say,
    was_done,
    case
        when was_done is null then 'not comparable'
        when was_done = would_say then 'agree'
        else 'differ'
    end as outcome,
    created_at as said_at,
    done_at
from compared
