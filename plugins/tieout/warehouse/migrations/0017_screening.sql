-- What screening against lists of sanctioned and excluded parties keeps between runs (docs/reference/payments.md, 9).

-- One row per screening. vendors_through and lists_through are the last knowledge times that it had read; known_at is
-- that of what it landed, null where nothing changed. is_full: everybody was screened, not only who was new or had changed.
create table steward.screening_run (
    screening_run_id bigint generated always as identity primary key,
    vendors_through timestamptz not null,
    lists_through timestamptz not null,
    known_at timestamptz,
    method_sha256 text not null,
    threshold numeric(4, 3) not null,
    is_full boolean not null,
    vendors integer not null,
    entries integer not null,
    screened integer not null,
    hits integer not null,
    landed integer not null,
    dag_run_id text,
    screened_at timestamptz not null
);

-- One row per vendor number as it was screened last: the hash of what is compared of it.
create table steward.vendor_screened (
    vendor_id text primary key,
    facts_sha256 text not null
);
