-- Events that other systems sent us, kept before they are answered (docs/reference/feedback.md, Events in).

-- One row per event as received. Insert only, also for the owner. The body is ciphertext, never in clear.
create table raw.inbox (
    inbox_id bigint generated always as identity primary key,
    source_system text not null,
    event_id text not null,
    event_type text not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    arrived_at timestamptz not null,
    body_encrypted bytea not null,
    body_sha256 text not null,
    trace_id text not null,
    unique (source_system, event_id)
);
comment on column raw.inbox.received_at is 'Business clock.';
comment on column raw.inbox.arrived_at is 'Wall clock, like the sender''s signature.';

create function raw.refuse() returns trigger language plpgsql as $$
begin
    raise exception 'raw.% is insert-only: % is refused', tg_table_name, lower(tg_op)
        using hint = 'What became of an event is a row of ops.inbox_outcome.';
end $$;

create trigger inbox_insert_only
before update or delete or truncate on raw.inbox
for each statement execute function raw.refuse();

-- One row per event that was dealt with.
create table ops.inbox_outcome (
    inbox_id bigint primary key references raw.inbox (inbox_id),
    outcome text not null check (outcome in ('landed', 'unchanged', 'rejected')),
    batch_ids text[] not null default '{}',
    message text,
    at timestamptz not null
);

-- One row per event that waits. Two triggers keep it, so that finding the few that wait among millions is a look at
-- a small table: events without outcome, no more and no less.
create table ops.inbox_waiting (
    inbox_id bigint primary key,
    source_system text not null
);

create function ops.event_waits() returns trigger language plpgsql as $$
begin
    insert into ops.inbox_waiting (inbox_id, source_system) values (new.inbox_id, new.source_system);
    return null;
end $$;

create trigger inbox_waits after insert on raw.inbox
for each row execute function ops.event_waits();

create function ops.event_settled() returns trigger language plpgsql as $$
begin
    delete from ops.inbox_waiting where inbox_id = new.inbox_id;
    return null;
end $$;

create trigger inbox_settled after insert on ops.inbox_outcome
for each row execute function ops.event_settled();
