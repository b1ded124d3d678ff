-- What vendor resolution keeps between runs, and what it proposes to a steward (docs/reference/vendors.md).
create schema if not exists steward;

-- One row per resolution. known_through is the last knowledge time that it had read, known_at that of what it landed,
-- null where nothing changed. is_full: everybody was scored, not only who was new or had changed.
create table steward.vendor_resolution_run (
    resolution_run_id bigint generated always as identity primary key,
    known_through timestamptz not null,
    known_at timestamptz,
    model_sha256 text not null,
    is_full boolean not null,
    vendors integer not null,
    scored integer not null,
    links integer not null,
    landed integer not null,
    clusters_changed integer not null,
    open_proposals integer not null,
    dag_run_id text,
    resolved_at timestamptz not null
);

-- One row per vendor number as it was scored last: the hash of what is compared of it.
create table steward.vendor_scored (
    vendor_id text primary key,
    facts_sha256 text not null
);

-- One row per pair that the model scored, left before right by code point. weight is log2 of the odds.
create table steward.vendor_link (
    left_id text not null,
    right_id text not null,
    weight double precision not null,
    probability double precision not null,
    findings jsonb not null,
    primary key (left_id, right_id)
);
create index vendor_link_right on steward.vendor_link (right_id);

-- One row per pair of vendor numbers that may be one vendor, and span of knowledge in which the same was said of it.
-- Open while closed_at is null; waiting_since goes over from a row to the one that replaces it. Evidence and reasons
-- (why a person must look) are sentences; of tax ids and accounts they show the last four characters at most.
create table steward.vendor_proposal (
    proposal_id bigint generated always as identity primary key,
    left_id text not null,
    right_id text not null,
    left_cluster_id text not null,
    right_cluster_id text not null,
    review_cluster_id text,
    tier text not null check (tier in ('merge', 'review')),
    weight numeric(9, 4),
    probability numeric(9, 8),
    evidence text[] not null,
    reasons text[] not null,
    waiting_since timestamptz not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    closed_because text check (closed_because in ('merged', 'apart', 'changed', 'gone'))
);
create unique index vendor_proposal_open on steward.vendor_proposal (left_id, right_id) where closed_at is null;
create index vendor_proposal_cluster on steward.vendor_proposal (review_cluster_id) where closed_at is null;
