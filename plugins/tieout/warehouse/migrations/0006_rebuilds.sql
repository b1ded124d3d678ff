-- Copies of the warehouse in schemas of their own, and what they were asked.

-- One row per copy that was built: as it was known at a past moment (rebuild), or with other policies (what_if).
-- `dropped`: its schemas are gone, the row stays.
create table ops.rebuild (
    rebuild_id bigint generated always as identity primary key,
    kind text not null check (kind in ('rebuild', 'what_if')),
    name text not null,
    schema_prefix text not null,
    as_of timestamptz not null,
    state text not null default 'running' check (state in ('running', 'succeeded', 'failed', 'dropped')),
    dag_run_id text,
    started_at timestamptz not null,
    ended_at timestamptz,
    dropped_at timestamptz
);
create unique index rebuild_standing on ops.rebuild (schema_prefix) where state <> 'dropped';

-- One row per what-if, hold code, entity and currency: holds on invoices dated in the period, with the policies that
-- were in force (before) and with those that were given (after). Amounts are money at risk, in the currency.
-- releases_spared are findings that a person released and that would not have been raised.
create table ops.what_if (
    rebuild_id bigint not null references ops.rebuild (rebuild_id),
    name text not null,
    baseline text not null,
    as_of timestamptz not null,
    period_from date not null,
    period_to date not null,
    policies_sha256 text not null,
    code text not null,
    entity_id text not null,
    currency text not null,
    holds_before bigint not null,
    holds_after bigint not null,
    holds_released bigint not null,
    holds_added bigint not null,
    releases_spared bigint not null,
    at_risk_before numeric(20, 4) not null,
    at_risk_after numeric(20, 4) not null,
    at_risk_released numeric(20, 4) not null,
    at_risk_added numeric(20, 4) not null,
    concluded_at timestamptz not null,
    primary key (rebuild_id, code, entity_id, currency)
);
