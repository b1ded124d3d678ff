-- What goes back to the source systems, and what became of it. Rows are only ever added.

-- One row per message. readback is what the target will show once it has taken the message over.
create table feedback.outbox (
    message_id bigint generated always as identity primary key,
    target text not null,
    operation text not null,
    entity_id text not null,
    subject_type text not null,
    subject_id text not null,
    sequence integer not null,
    body jsonb not null,
    facts_sha256 text not null,
    readback text not null,
    schema_version integer not null,
    idempotency_key text not null unique,
    mode text not null check (mode in ('shadow', 'live')),
    correlation_id text,
    run_id text not null,
    created_at timestamptz not null,
    unique (target, operation, subject_id, sequence)
);

-- One row per try. at is business time; next_attempt_at is wall time, because waiting is.
create table feedback.attempt (
    attempt_id bigint generated always as identity primary key,
    message_id bigint not null references feedback.outbox (message_id),
    at timestamptz not null,
    outcome text not null check (outcome in ('acknowledged', 'retrying', 'dead', 'replayed')),
    status_code integer,
    error_class text,
    response_sha256 text,
    response_excerpt text,
    latency_ms integer,
    next_attempt_at timestamptz,
    worker text not null
);
create index attempt_by_message on feedback.attempt (message_id, attempt_id);

-- One row per message that a later extraction showed to be in effect.
create table feedback.confirmation (
    message_id bigint primary key references feedback.outbox (message_id),
    confirmed_at timestamptz not null,
    known_at timestamptz not null
);

-- The state of each message, derived.
create view feedback.message_state as
with last_attempt as (
    select distinct on (message_id)
        message_id, outcome, status_code, error_class, response_excerpt, at, next_attempt_at
    from feedback.attempt
    order by message_id, attempt_id desc
),

attempts as (
    select message_id, count(*) as attempt_count
    from feedback.attempt
    group by message_id
),

newest as (
    select target, operation, subject_id, max(sequence) as sequence
    from feedback.outbox
    group by target, operation, subject_id
)

select
    o.message_id,
    o.target,
    o.operation,
    o.entity_id,
    o.subject_type,
    o.subject_id,
    o.sequence,
    o.mode,
    o.created_at,
    coalesce(a.attempt_count, 0) as attempt_count,
    l.at as last_attempt_at,
    l.next_attempt_at,
    l.status_code,
    l.error_class,
    l.response_excerpt,
    c.confirmed_at,
    case
        when c.message_id is not null then 'confirmed'
        when l.outcome = 'acknowledged' then 'acknowledged'
        when o.sequence < n.sequence then 'superseded'
        when l.outcome = 'dead' then 'dead'
        when l.outcome = 'retrying' then 'retrying'
        else 'pending'
    end as state
from feedback.outbox as o
inner join newest as n using (target, operation, subject_id)
left join last_attempt as l using (message_id)
left join attempts as a using (message_id)
left join feedback.confirmation as c using (message_id);
