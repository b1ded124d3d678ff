-- What the source's codes of entities meant when a batch was parsed, as a hash: the same content is parsed again where
-- an entity was added since. Null: noted before this was kept. The old key is part of batch_id, which is unique anyway.
alter table ops.batch add column entity_codes_sha256 text;
do $body$
declare
    old_key text;
begin
    select conname into strict old_key from pg_constraint where conrelid = 'ops.batch'::regclass and contype = 'u';
    execute format('alter table ops.batch drop constraint %I', old_key);
end $body$;
alter table ops.batch add unique nulls not distinct (
    source_system, feed, object, interval_start, interval_end, payload_sha256, profile_version, entity_codes_sha256
);
