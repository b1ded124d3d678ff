-- Schemas owned by migrations, and the records of what the pipeline itself did.
create schema raw;
create schema quality;
create schema feedback;
create schema audit;
create schema ops;

-- Whether a text can be cast to a type. Used by the gate and by staging.
-- PostgreSQL 16 has the test built in; 15 needs an exception block. Stable, as its body is: then it is inlined.
do $body$
begin
    if current_setting('server_version_num')::int >= 160000 then
        execute $f$
            create function quality.is_valid(value text, type_name text) returns boolean
            language sql stable parallel safe
            return pg_input_is_valid(value, type_name)
        $f$;
    else
        execute $f$
            create function quality.is_valid(value text, type_name text) returns boolean
            language plpgsql stable parallel safe as $p$
            begin
                execute format('select %L::%s', value, type_name);
                return true;
            exception when others then
                return false;
            end $p$
        $f$;
    end if;
end $body$;

-- One row per set of rows of one interface object landed from one pull or file.
create table ops.batch (
    batch_id text primary key,
    source_system text not null,
    feed text not null,
    object text not null,
    interval_start timestamptz not null,
    interval_end timestamptz not null,
    payload_sha256 text not null,
    archive_manifest text not null,
    profile_version integer not null,
    contract_version integer not null,
    rows_read bigint not null,
    rows_landed bigint not null,
    rows_unchanged bigint not null,
    missing_fields text[] not null default '{}',
    unknown_fields text[] not null default '{}',
    state text not null default 'landed' check (state in ('landed', 'promoted', 'stopped')),
    origin text not null check (origin in ('scheduled', 'manual', 'backfill', 'reparse', 'configuration')),
    trace_id text not null,
    landed_at timestamptz not null,
    unique nulls not distinct
        (source_system, feed, object, interval_start, interval_end, payload_sha256, profile_version)
);
create index batch_waiting on ops.batch (landed_at) where state = 'landed';

-- One row per file that was looked at, so that a file is taken once.
create table ops.taken_file (
    source_system text not null,
    feed text not null,
    path text not null,
    size_bytes bigint not null,
    modified_at timestamptz not null,
    payload_sha256 text,
    outcome text not null check (outcome in ('landed', 'repeated', 'rejected')),
    message text,
    taken_at timestamptz not null,
    primary key (source_system, feed, path, size_bytes, modified_at)
);

-- One row per attempt to extract one object from one system, or to deliver one operation to one system.
create table ops.interface_run (
    interface_run_id bigint generated always as identity primary key,
    direction text not null check (direction in ('extract', 'deliver')),
    source_system text not null,
    feed text,
    object text not null,
    entity_id text,
    interval_start timestamptz,
    interval_end timestamptz,
    started_at timestamptz not null,
    ended_at timestamptz,
    rows_read bigint not null default 0,
    rows_landed bigint not null default 0,
    rows_rejected bigint not null default 0,
    retries integer not null default 0,
    outcome text not null default 'running' check (outcome in ('running', 'succeeded', 'failed')),
    error_class text,
    error text,
    dag_id text,
    dag_run_id text,
    trace_id text
);
create index interface_run_by_start on ops.interface_run (started_at);

-- One row per technical exception: the same failure of the same thing again updates the row.
create table ops.incident (
    incident_id bigint generated always as identity primary key,
    fingerprint text not null,
    class text not null check (class in ('unavailable', 'throttled', 'refused', 'contract broken',
        'malformed payload', 'delivery failed', 'pipeline failed')),
    source_system text,
    object text,
    entity_id text,
    batch_id text,
    message text not null,
    attempts integer not null default 1,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    next_attempt_at timestamptz,
    state text not null default 'retrying' check (state in ('retrying', 'dead', 'replayed', 'resolved')),
    runbook text not null
);
create unique index incident_open on ops.incident (fingerprint) where state in ('retrying', 'dead');

-- One row per field that a source sends and its profile does not name.
create table ops.drift (
    source_system text not null,
    object text not null,
    field text not null,
    batch_id text not null,
    first_seen_at timestamptz not null,
    primary key (source_system, object, field)
);

-- One row per transformation. as_of is fixed when the row is made; models read it from here.
create table ops.run (
    run_id text primary key,
    as_of timestamptz not null,
    previous_as_of timestamptz,
    full_refresh boolean not null,
    sends_feedback boolean not null,
    state text not null default 'running' check (state in ('running', 'succeeded', 'failed')),
    dag_run_id text,
    started_at timestamptz not null,
    ended_at timestamptz
);
create unique index run_one_at_a_time on ops.run (state) where state = 'running';

-- One row per dbt node and run.
create table ops.node_result (
    run_id text not null,
    node_id text not null,
    resource_type text not null,
    status text not null,
    seconds double precision not null,
    rows_affected bigint,
    message text,
    primary key (run_id, node_id)
);
