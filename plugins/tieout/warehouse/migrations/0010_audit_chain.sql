-- The audit trail is chained, and what the archive has to know before anything is sent is noted.

create or replace function audit.refuse() returns trigger language plpgsql as $$
begin
    raise exception 'audit.% is insert-only: % is refused', tg_table_name, lower(tg_op)
        using hint = 'Add a new event that corrects the old one.';
end $$;

-- One row per event, in the order in which the appender took them. Positions are 1, 2, 3 … without a gap; the hash is
-- over the hash before and the event (docs/reference/trust.md, Audit). Insert only, also for the owner.
create table audit.chain (
    position bigint primary key check (position > 0),
    event_id bigint not null unique,
    previous_sha256 text not null,
    sha256 text not null
);
create trigger chain_insert_only
before update or delete or truncate on audit.chain
for each statement execute function audit.refuse();

-- One row per event that the appender has not taken yet. It is written with its event, in the same transaction: an
-- event is there as soon as it is committed, whatever the ids of those that are still under way or were rolled back.
create table audit.unchained (
    event_id bigint primary key
);
insert into audit.unchained (event_id) select event_id from audit.event;

create function audit.note_unchained() returns trigger language plpgsql as $$
begin
    insert into audit.unchained (event_id) select event_id from added;
    return null;
end $$;
create trigger event_unchained
after insert on audit.event
referencing new table as added
for each statement execute function audit.note_unchained();

-- One row per role and thing that it may do something with, as seen last; a difference is an event.
create table audit.access (
    grantee text not null,
    subject text not null,
    privileges text not null,
    primary key (grantee, subject)
);

-- One row per entry that delivery wrote to the archive before it sent: the messages that are new since the entry before.
-- An archive that has an entry which is not here, or another one, belongs to a later state of this warehouse.
-- entry_sha256 is over the entry, messages_sha256 over the messages' text in the archive. at is business time.
create table feedback.journal (
    number bigint primary key check (number > 0),
    entry_sha256 text not null,
    messages_sha256 text,
    messages bigint not null,
    through_message_id bigint not null,
    at timestamptz not null
);

-- One row per restore from a backup that was found. Delivery is off while closed_at is null. Times are business time:
-- sent_until is when something was sent last before the restore, as the archive knows it.
create table ops.restore (
    restore_id bigint generated always as identity primary key,
    found_at timestamptz not null,
    found_by text not null,
    journal_known bigint not null,
    journal_found bigint not null,
    sent_until timestamptz,
    after_interface_run_id bigint not null,
    messages_recovered bigint not null default 0,
    pulls_landed bigint,
    messages_confirmed bigint,
    messages_queued bigint,
    closed_at timestamptz
);
create unique index restore_open on ops.restore ((closed_at is null)) where closed_at is null;
