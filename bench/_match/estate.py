"""The benchmark's estate: staging filled by SQL from a seeded hash, and new versions of some of its orders in raw."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tieout import settings
from tieout.warehouse.contracts import load_contracts

FOLDER = Path(__file__).parent
AS_OF = datetime(2026, 6, 30, 12, tzinfo=UTC)
KNOWN_AT = AS_OF - timedelta(hours=1)
DOCUMENTS = {
    "purchase_order": "purchase_orders",
    "purchase_order_line": "purchase_order_lines",
    "receipt_line": "receipt_lines",
    "invoice": "invoices",
    "invoice_line": "invoice_lines",
}
RULES = {
    "policy": "stg_policies",
    "routing": "stg_routings",
    "match_type_rule": "stg_match_type_rules",
    "sla": "stg_slas",
}


def fill(connection: psycopg.Connection, po_lines: int) -> None:
    """Fill the empty staging tables with an estate of ``po_lines`` purchase order lines, and raw with its documents.

    The same number gives the same rows. The project's own policies, routes, rules and promises apply.
    """
    for name in ("masters", "orders", "receipts", "invoices"):
        text = (FOLDER / f"{name}.sql").read_text()
        connection.execute(text.format(po_lines=po_lines, today=AS_OF.date(), known_at=KNOWN_AT.isoformat()).encode())
    for name, table in RULES.items():
        _configure(connection, table, _rules(name))
    for name, table in DOCUMENTS.items():
        _history(connection, name, f"stg_{table}")
    _read_copies(connection, AS_OF)
    connection.execute("vacuum analyze")


def counts(connection: psycopg.Connection) -> dict[str, int]:
    """Return how many purchase order lines, receipt lines, invoice lines and invoices the systems of record hold."""
    queries = {
        "PO lines": "stg_purchase_order_lines where _source_system <> 'ap'",
        "receipt lines": "stg_receipt_lines where _source_system = 'supply'",
        "invoice lines": "stg_invoice_lines",
        "invoices": "stg_invoices where _source_system = 'ap'",
    }
    return {
        name: connection.execute(f"select count(*) from staging.{source}".encode()).fetchone()[0]  # type: ignore[index]
        for name, source in queries.items()
    }


def touch(connection: psycopg.Connection, orders: int, known_at: datetime) -> None:
    """Let new versions of the first line of ``orders`` purchase orders, and a receipt line of it, become known."""
    gate = f"gate-{known_at.isoformat()}"
    connection.execute(
        "insert into quality.gate_run (gate_run_id, known_at, started_at) values (%s, %s, %s)",
        (gate, known_at, known_at),
    )
    _read_copies(connection, known_at)
    if orders:
        _new_versions(
            connection, "purchase_order_line", orders, known_at, gate, "price = (price::numeric + 0.01)::text"
        )
        _new_versions(connection, "receipt_line", orders, known_at, gate, "qty = (qty::numeric + 1)::text")


def more_invoices(connection: psycopg.Connection, wanted: int) -> int:
    """Add copies of canonical invoices, other in number and gross, until there are ``wanted``; return how many are."""
    present = connection.execute("select count(*) from canonical.int_invoices").fetchone()[0]  # type: ignore[index]
    columns = [
        row[0]
        for row in connection.execute(
            "select column_name from information_schema.columns"
            " where table_schema = 'canonical' and table_name = 'int_invoices' order by ordinal_position"
        )
    ]
    changed = {
        "invoice_id": "i.invoice_id || '-' || round",
        "invoice_ref": "i.invoice_ref || '-' || round",
        "normalised_number": "i.normalised_number || 'Y' || round",
        "gross_amount": "i.gross_amount + round",
        "erp_invoice_id": "null",
    }
    values = ", ".join(changed.get(name, f"i.{name}") for name in columns)
    connection.execute(
        f"insert into canonical.int_invoices ({', '.join(columns)})"
        f" select {values} from generate_series(1, %(rounds)s) as round cross join canonical.int_invoices as i"
        " limit %(missing)s".encode(),
        {"rounds": -(-wanted // present), "missing": max(0, wanted - present)},
    )
    connection.execute("analyze canonical.int_invoices")
    return connection.execute("select count(*) from canonical.int_invoices").fetchone()[0]  # type: ignore[index]


def _read_copies(connection: psycopg.Connection, to: datetime) -> None:
    """Note that every system that holds copies was read up to a moment."""
    connection.execute(
        "insert into ops.interface_run (direction, source_system, object, interval_start, interval_end, started_at,"
        " ended_at, outcome)"
        " select distinct 'extract', source_system, object, %(to)s, %(to)s, %(to)s, %(to)s, 'succeeded'"
        " from staging.stg_systems_of_record where role = 'copy'",
        {"to": to},
    )


def _rules(name: str) -> list[dict[str, str]]:
    with (settings.config_dir() / "policies" / f"{name}.csv").open() as lines:
        return list(csv.DictReader(lines))


def _configure(connection: psycopg.Connection, table: str, rows: list[dict[str, str]]) -> None:
    """Stage rows of our own configuration."""
    types: dict[str, str] = dict(
        connection.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'staging' and table_name = %s",
            (table,),
        ).fetchall()
    )
    for row in rows:
        key = next(iter(row.values()))
        fields = {name: value or None for name, value in row.items() if name in types} | {
            "_source_system": "tieout",
            "_record_key": key,
            "_batch_id": "bench",
            "_trace_id": "bench",
            "_known_at": KNOWN_AT,
            "_first_known_at": KNOWN_AT,
        }
        values = ", ".join(f"%s::{types[name]}" for name in fields)
        connection.execute(
            f"insert into staging.{table} ({', '.join(fields)}) values ({values})".encode(), list(fields.values())
        )


def _history(connection: psycopg.Connection, name: str, table: str) -> None:
    """Give raw the rows that the staged ones would have come from."""
    staged = {
        row[0]
        for row in connection.execute(
            "select attname from pg_attribute where attrelid = %s::regclass", (f"staging.{table}",)
        )
    }
    fields = [field for field in load_contracts(settings.objects_dir())[name].raw_columns if field in staged]
    batch = f"bench-{name}"
    _promote(connection, name, batch, KNOWN_AT, f"gate-{KNOWN_AT.isoformat()}")
    connection.execute(
        f"insert into raw.{name} (_source_system, _record_key, _batch_id, _payload_sha256, _row_number, _row_sha256,"
        f" _profile_version, _source_updated_at, _ingested_at, _trace_id, {', '.join(fields)})"
        f" select _source_system, _record_key, '{batch}', 'bench', row_number() over (), md5(_record_key), 1,"
        f" _source_updated_at, _known_at, 'bench', {', '.join(f'{field}::text' for field in fields)}"
        f" from staging.{table}".encode()
    )


def _new_versions(
    connection: psycopg.Connection, name: str, orders: int, known_at: datetime, gate: str, change: str
) -> None:
    batch = f"touch-{name}-{known_at.isoformat()}"
    _promote(connection, name, batch, known_at, gate)
    field, _, value = change.partition(" = ")
    columns = [
        row[0]
        for row in connection.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
            " order by attnum",
            (f"raw.{name}",),
        )
    ]
    changed = {
        "_batch_id": f"'{batch}'",
        "_row_number": "row_number() over ()",
        "_row_sha256": f"md5(_record_key || '{batch}')",
        "_source_updated_at": f"'{known_at.isoformat()}'::timestamptz",
        field: value,
    }
    system = "'supply'" if name == "receipt_line" else "'erp_main', 'erp_west'"
    connection.execute(
        f"insert into raw.{name} ({', '.join(columns)})"
        f" select {', '.join(changed.get(column, column) for column in columns)} from raw.{name}"
        f" where _batch_id = 'bench-{name}' and _source_system in ({system}) and po_number in ("
        "   select po_number from staging.stg_purchase_orders where _source_system <> 'ap'"
        "   order by md5(po_number) limit %s)"
        f" and {'line_number' if name == 'purchase_order_line' else 'po_line_number'} = '1'".encode(),
        (orders,),
    )


def _promote(connection: psycopg.Connection, name: str, batch: str, known_at: datetime, gate: str) -> None:
    connection.execute(
        "insert into quality.gate_run (gate_run_id, known_at, started_at) values (%s, %s, %s) on conflict do nothing",
        (gate, known_at, known_at),
    )
    connection.execute(
        "insert into ops.batch (batch_id, source_system, feed, object, interval_start, interval_end,"
        " payload_sha256, archive_manifest, profile_version, contract_version, rows_read, rows_landed,"
        " rows_unchanged, state, origin, trace_id, landed_at)"
        " values (%(batch)s, 'bench', %(object)s, %(object)s, %(at)s, %(at)s, %(batch)s, 'none', 1, 1,"
        " 0, 0, 0, 'promoted', 'manual', %(batch)s, %(at)s)",
        {"batch": batch, "object": name, "at": known_at},
    )
    connection.execute(
        "insert into quality.promotion (batch_id, object, source_system, known_at, rows_promoted,"
        " rows_quarantined, gate_run_id) values (%s, %s, 'bench', %s, 0, 0, %s)",
        (batch, name, known_at, gate),
    )
