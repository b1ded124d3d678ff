"""Brings a warehouse's schemas up to date: ordered SQL files with a ledger, then the raw tables from the contracts.

A migration runs once, in a transaction of its own, and is recorded with the hash of its text; a file that was
changed after it ran is refused. Why plain files: docs/adr/0002-migrations-are-plain-sql.md.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.warehouse.connection import connect
from tieout.warehouse.contracts import Contract, load_contracts

MIGRATIONS = Path(__file__).parent / "migrations"
LEDGER = """
create table if not exists public.tieout_migration (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
)
"""
LOCK = "select pg_advisory_xact_lock(hashtext('tieout migrations'))"
LINEAGE = """
    _source_system text not null,
    _record_key text not null,
    _batch_id text not null,
    _payload_sha256 text not null,
    _row_number integer not null,
    _row_sha256 text not null,
    _profile_version integer not null,
    _source_updated_at timestamptz,
    _ingested_at timestamptz not null,
    _trace_id text not null,
    _deleted boolean not null default false,
    _extra jsonb
"""


def migrate(dsn: str, objects_dir: Path) -> list[str]:
    """Apply what is missing and return the names of the migrations that ran.

    Raises:
        ConfigurationError: a migration's text differs from the one that ran.
    """
    with connect(dsn) as connection:
        connection.execute(LOCK)
        connection.execute(LEDGER)
        applied = [path.stem for path in sorted(MIGRATIONS.glob("*.sql")) if _apply(connection, path)]
        for contract in load_contracts(objects_dir).values():
            _raw_table(connection, contract)
    return applied


def _apply(connection: psycopg.Connection, path: Path) -> bool:
    text = path.read_text()
    digest = hashlib.sha256(text.encode()).hexdigest()
    row = connection.execute("select sha256 from public.tieout_migration where name = %s", [path.stem]).fetchone()
    if row is None:
        connection.execute(text.encode())
        connection.execute("insert into public.tieout_migration (name, sha256) values (%s, %s)", [path.stem, digest])
        return True
    if row[0] != digest:
        raise ConfigurationError(
            f"Migration {path.name} was changed after it ran here.", "Undo the change and add a new migration."
        )
    return False


def _raw_table(connection: psycopg.Connection, contract: Contract) -> None:
    """Create the object's raw table, or add the columns that its contract gained."""
    table = sql.Identifier("raw", contract.name)
    connection.execute(
        sql.SQL(
            "create table if not exists {table} (" + LINEAGE + ", primary key (_batch_id, _row_number), "
            "unique nulls not distinct (_record_key, _row_sha256, _source_updated_at, _source_system))"
        ).format(table=table)
    )
    for column in contract.raw_columns:
        connection.execute(
            sql.SQL("alter table {table} add column if not exists {column} text").format(
                table=table, column=sql.Identifier(column)
            )
        )
    connection.execute(sql.SQL("comment on table {} is {}").format(table, sql.Literal(contract.description)))


def main() -> None:
    """Run the migrations from a shell: ``python -m tieout.warehouse.migrate --dsn …``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dsn", required=True, help="connection string of the warehouse")
    applied = migrate(parser.parse_args().dsn, settings.objects_dir())
    sys.stdout.write(f"{len(applied)} migrations applied: {', '.join(applied) or 'the warehouse was up to date'}\n")


if __name__ == "__main__":
    main()
