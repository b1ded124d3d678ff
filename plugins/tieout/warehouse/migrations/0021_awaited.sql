-- What is looked at after each transformation grows with what is under way, not with all that was ever delivered.

-- One row per live message that its target took and that no extraction has shown yet, the last of its subject. Triggers
-- keep it: it is an index over outbox, attempts and confirmations, and holds nothing that they do not say.
create table feedback.awaited (
    message_id bigint primary key references feedback.outbox (message_id),
    target text not null,
    operation text not null,
    subject_id text not null
);
create index awaited_by_subject on feedback.awaited (target, operation, subject_id);

create function feedback.note_awaited() returns trigger language plpgsql as $$
begin
    insert into feedback.awaited (message_id, target, operation, subject_id)
    select o.message_id, o.target, o.operation, o.subject_id
    from feedback.outbox as o
    where o.mode = 'live'
        and o.message_id in (select a.message_id from added as a where a.outcome = 'acknowledged')
        and not exists (select 1 from feedback.confirmation as c where c.message_id = o.message_id)
    on conflict (message_id) do nothing;
    return null;
end $$;
create trigger attempt_awaits after insert on feedback.attempt
referencing new table as added
for each statement execute function feedback.note_awaited();

create function feedback.note_confirmed() returns trigger language plpgsql as $$
begin
    delete from feedback.awaited where message_id in (select c.message_id from added as c);
    return null;
end $$;
create trigger confirmation_ends_waiting after insert on feedback.confirmation
referencing new table as added
for each statement execute function feedback.note_confirmed();

-- Of a subject only its last message is waited for.
create function feedback.note_replaced() returns trigger language plpgsql as $$
begin
    delete from feedback.awaited as w
    using added as n
    where n.mode = 'live' and w.target = n.target and w.operation = n.operation and w.subject_id = n.subject_id
        and w.message_id < n.message_id;
    return null;
end $$;
create trigger message_replaces after insert on feedback.outbox
referencing new table as added
for each statement execute function feedback.note_replaced();

insert into feedback.awaited (message_id, target, operation, subject_id)
select distinct on (o.target, o.operation, o.subject_id) o.message_id, o.target, o.operation, o.subject_id
from feedback.outbox as o
where o.mode = 'live'
    and exists (select 1 from feedback.attempt as a where a.message_id = o.message_id and a.outcome = 'acknowledged')
    and not exists (select 1 from feedback.confirmation as c where c.message_id = o.message_id)
order by o.target, o.operation, o.subject_id, o.sequence desc;
