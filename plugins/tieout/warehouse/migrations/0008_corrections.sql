-- A row that is held back may be returned to its owner, and is corrected when the corrected record was let through.
do $body$
declare
    old_check text;
begin
    select conname into strict old_check
    from pg_constraint
    where conrelid = 'quality.quarantine'::regclass and contype = 'c' and pg_get_constraintdef(oid) like '%state%';
    execute format('alter table quality.quarantine drop constraint %I', old_check);
end $body$;
alter table quality.quarantine
    add constraint quarantine_state check (state in ('waiting', 'released', 'rejected', 'returned', 'corrected')),
    add column corrected_known_at timestamptz,
    add column corrected_batch_id text references ops.batch (batch_id);
create index quarantine_returned on quality.quarantine (object, source_system, record_key) where state = 'returned';
