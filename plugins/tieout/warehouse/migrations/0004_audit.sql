-- One row per thing that somebody will ask about later. Insert only, also for the owner.
create table audit.event (
    event_id bigint generated always as identity primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject_type text not null,
    subject_id text not null,
    before jsonb,
    after jsonb,
    reason text,
    trace_id text
);

create function audit.refuse() returns trigger language plpgsql as $$
begin
    raise exception 'audit.event is insert-only: % is refused', lower(tg_op)
        using hint = 'Add a new event that corrects the old one.';
end $$;

create trigger event_insert_only
before update or delete or truncate on audit.event
for each statement execute function audit.refuse();
