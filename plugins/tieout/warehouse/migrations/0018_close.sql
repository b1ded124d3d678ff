-- Periods that were closed: what was known then, who closed them, and what the books said (payments, section 8).

-- One row per close. A period may be closed again; each close stays.
create table ops.period_close (
    close_id bigint generated always as identity primary key,
    period text not null check (period ~ '^\d{4}-(0[1-9]|1[0-2])$'),
    as_of timestamptz not null,
    run_id text not null references ops.run (run_id),
    closed_by text not null check (closed_by <> ''),
    reason text not null,
    dag_run_id text,
    closed_at timestamptz not null
);
comment on column ops.period_close.as_of is 'What was known up to then is what the close stands on.';

-- One row per close and entity that it closed, with the finding that was accepted, where one was open.
create table ops.period_close_entity (
    close_id bigint not null references ops.period_close (close_id),
    entity_id text not null,
    accepted_hold_id text,
    accepted_explanation text,
    primary key (close_id, entity_id)
);
create index period_close_by_entity on ops.period_close_entity (entity_id, close_id);

-- One row per close, entity, kind of balance and currency: mart.balance as it stood.
create table ops.period_close_balance (
    close_id bigint not null,
    entity_id text not null,
    kind text not null,
    currency text not null,
    subledger_amount numeric(20, 4) not null,
    gl_amount numeric(20, 4) not null,
    differing_documents integer not null,
    primary key (close_id, entity_id, kind, currency),
    foreign key (close_id, entity_id) references ops.period_close_entity (close_id, entity_id)
);

create function ops.refuse_change_of_close() returns trigger language plpgsql as $$
begin
    raise exception 'ops.% is insert-only: % is refused', tg_table_name, lower(tg_op)
        using hint = 'Close the period again; the earlier close stays.';
end $$;

create trigger period_close_insert_only
before update or delete or truncate on ops.period_close
for each statement execute function ops.refuse_change_of_close();

create trigger period_close_entity_insert_only
before update or delete or truncate on ops.period_close_entity
for each statement execute function ops.refuse_change_of_close();

create trigger period_close_balance_insert_only
before update or delete or truncate on ops.period_close_balance
for each statement execute function ops.refuse_change_of_close();
