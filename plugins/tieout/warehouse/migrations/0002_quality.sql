-- What the gate found and decided.

-- One row per run of the gate. Everything that it lets through becomes known at the same instant.
create table quality.gate_run (
    gate_run_id text primary key,
    known_at timestamptz not null unique,
    dag_run_id text,
    started_at timestamptz not null,
    ended_at timestamptz
);

-- One row per batch that was let through: its rows are known from known_at.
create table quality.promotion (
    batch_id text primary key references ops.batch (batch_id),
    object text not null,
    source_system text not null,
    known_at timestamptz not null,
    rows_promoted bigint not null,
    rows_quarantined bigint not null,
    gate_run_id text not null references quality.gate_run (gate_run_id)
);
create index promotion_by_time on quality.promotion (object, known_at);

-- One row per rule, batch and run of the gate.
create table quality.result (
    gate_run_id text not null references quality.gate_run (gate_run_id),
    batch_id text not null references ops.batch (batch_id),
    object text not null,
    source_system text not null,
    rule_id text not null,
    severity text not null check (severity in ('critical', 'warning')),
    owner text not null,
    rows_checked bigint not null,
    rows_failed bigint not null,
    primary key (gate_run_id, batch_id, rule_id)
);

-- One row per row held back. A released row is known from decided_known_at.
create table quality.quarantine (
    quarantine_id bigint generated always as identity primary key,
    object text not null,
    batch_id text not null references ops.batch (batch_id),
    row_number integer not null,
    source_system text not null,
    record_key text not null,
    entity_id text,
    rule_ids text[] not null,
    reason text not null,
    owner text not null,
    quarantined_at timestamptz not null,
    state text not null default 'waiting' check (state in ('waiting', 'released', 'rejected')),
    decided_known_at timestamptz,
    decided_by text,
    decision_reason text,
    unique (object, batch_id, row_number)
);
create index quarantine_waiting on quality.quarantine (object, quarantined_at) where state = 'waiting';
create index quarantine_released on quality.quarantine (object, decided_known_at) where state = 'released';
