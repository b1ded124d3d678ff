"""Schemas, tables and roles of the estate's database."""

import psycopg
from psycopg import sql

from sandbox.settings import DATABASE_SYSTEM
from sandbox.wire.erp_main import Table

READER = "erp_main_reader"

BOOKS = """
create schema if not exists estate;

create table if not exists estate.world (
    only_row boolean primary key default true check (only_row),
    day integer not null,
    scenario jsonb not null
);

-- Where something happened on the day after the last one played, the estate's time.
alter table estate.world add column if not exists moved_to timestamptz;

-- doc is what the scenario wrote; overlay is what came of messages and reactions, and wins.
-- invoice is AP's key of the invoice that a document is about.
create table if not exists estate.docs (
    system text not null,
    collection text not null,
    key text not null,
    doc jsonb not null,
    overlay jsonb not null default '{}',
    invoice text generated always as (coalesce(doc ->> 'invoiceId', doc ->> 'AP_REF')) stored,
    updated_at timestamptz not null,
    seq bigint generated always as identity,
    primary key (system, collection, key)
);
create index if not exists docs_by_change on estate.docs (system, collection, updated_at, key);

create index if not exists docs_by_invoice on estate.docs (invoice, system, collection) where invoice is not null;

create table if not exists estate.idempotency (
    system text not null,
    key text not null,
    request_sha256 text not null,
    status integer,
    answer text,
    primary key (system, key)
);

create table if not exists estate.counter (
    target text not null,
    operation text not null,
    received bigint not null default 0,
    effective bigint not null default 0,
    primary key (target, operation)
);

-- One row per message that a target acted upon: the proof that each had its effect, and had it once.
create table if not exists estate.effect (
    position bigint generated always as identity primary key,
    target text not null,
    operation text not null,
    key text,
    subject text not null,
    body jsonb not null
);

-- One row per event that a system tells by webhook, until it is accepted and after. A final refusal is not sent again.
create table if not exists estate.webhook (
    position bigint generated always as identity primary key,
    system text not null,
    event_id text not null,
    event_type text not null,
    body text not null,
    state text not null default 'waiting' check (state in ('waiting', 'accepted', 'refused')),
    attempts integer not null default 0,
    status integer,
    due_at timestamptz not null default clock_timestamp(),
    made_at timestamptz not null default clock_timestamp(),
    settled_at timestamptz,
    unique (system, event_id)
);
create index if not exists webhook_due on estate.webhook (due_at) where state = 'waiting';

create table if not exists estate.label (
    position bigint generated always as identity primary key,
    label jsonb not null
);
"""


def make_roles(connection: psycopg.Connection, owner_password: str, reader_password: str) -> None:
    """Make the ERP's schema, the role that owns it and the role that may read it; set their passwords."""
    for role, password in ((DATABASE_SYSTEM, owner_password), (READER, reader_password)):
        known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
        verb = "alter" if known else "create"
        statement = sql.SQL(verb + " role {} login connection limit -1 password {}")
        connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
    database = sql.Identifier(connection.info.dbname)
    for grant in (
        "create schema if not exists erp_main authorization erp_main",
        "revoke all on schema public from public",
        "grant usage on schema erp_main to erp_main_reader",
        "grant select on all tables in schema erp_main to erp_main_reader",
        "alter default privileges in schema erp_main grant select on tables to erp_main_reader",
    ):
        connection.execute(grant)
    connection.execute(
        sql.SQL("alter role erp_main_reader in database {} set search_path to erp_main").format(database)
    )


def create_table(table: Table) -> sql.Composed:
    """The statement that makes a table of the ERP where it is not there yet."""
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))  # type: ignore[arg-type]
        for name, kind in table.columns.items()
    ]
    name = sql.Identifier(DATABASE_SYSTEM, table.name)
    return sql.SQL(
        "create table if not exists {name} ({columns}, primary key ({key}));"
        "create index if not exists {index} on {name} ({updated}); alter table {name} owner to erp_main"
    ).format(
        name=name,
        columns=sql.SQL(", ").join(columns),
        key=sql.SQL(", ").join(map(sql.Identifier, table.key)),
        index=sql.Identifier(f"{table.name}_by_change"),
        updated=sql.Identifier(table.updated),
    )
