-- What goes back to the source systems, and what became of it.
-- Messages, attempts and confirmations are only ever added; the queue is an index over them, pace is a clock.

-- One row per message. readback is what the target will show once it has taken the message over.
-- created_at is business time, and not earlier than what the run that concluded it knew.
create table feedback.outbox (
    message_id bigint generated always as identity primary key,
    target text not null,
    operation text not null,
    entity_id text not null,
    subject_type text not null,
    subject_id text not null,
    sequence integer not null,
    target_key text not null,
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

-- One row per try. at is business time; tried_at and next_attempt_at are wall time, because waiting is.
create table feedback.attempt (
    attempt_id bigint generated always as identity primary key,
    message_id bigint not null references feedback.outbox (message_id),
    at timestamptz not null,
    tried_at timestamptz not null,
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

-- One row per live message that still has to be sent, so that picking work does not read the delivered ones.
-- It holds nothing that the outbox and the attempts do not say; due_at is wall time.
create table feedback.queue (
    message_id bigint primary key references feedback.outbox (message_id),
    target text not null,
    operation text not null,
    entity_id text not null,
    subject_id text not null,
    due_at timestamptz not null
);
create index queue_by_due on feedback.queue (target, due_at, message_id);
create index queue_by_subject on feedback.queue (target, operation, subject_id);

-- One row per target: when it may be called next, shared by all workers. failures are those in a row.
create table feedback.pace (
    target text primary key,
    next_slot_at timestamptz not null,
    failures integer not null default 0
);

-- The state of each message, derived. A message that was acknowledged stays so when a newer one follows.
create view feedback.message_state as
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
    o.correlation_id,
    case
        when o.mode = 'shadow' then 'shadow'
        when c.message_id is not null then 'confirmed'
        when l.outcome = 'acknowledged' then 'acknowledged'
        when exists (
            select 1
            from feedback.outbox as newer
            where newer.target = o.target
                and newer.operation = o.operation
                and newer.subject_id = o.subject_id
                and newer.sequence > o.sequence
        ) then 'superseded'
        when l.outcome = 'dead' then 'dead'
        when l.outcome = 'retrying' then 'retrying'
        else 'pending'
    end as state
from feedback.outbox as o
left join lateral (
    select outcome, status_code, error_class, response_excerpt, at, next_attempt_at
    from feedback.attempt
    where message_id = o.message_id
    order by attempt_id desc
    limit 1
) as l on true
left join lateral (
    select count(*) as attempt_count
    from feedback.attempt
    where message_id = o.message_id and outcome <> 'replayed'
) as a on true
left join feedback.confirmation as c on c.message_id = o.message_id;
