"""A gate with a small configuration, and rows landed for it by hand."""

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tieout import settings
from tieout.quality.gate import GateOutcome, run_gate

NOW = datetime(2026, 3, 31, tzinfo=UTC)


OBJECTS = ("bank_entry", "bank_statement", "invoice", "invoice_line", "item_unit", "payment_status", "policy",
           "receipt_line", "vendor", "vendor_bank_account")  # fmt: skip


@pytest.fixture(scope="session")
def config_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some of the real contracts and two entities, H1 and H2."""
    folder = tmp_path_factory.mktemp("config")
    for name in ("objects", "entities"):
        (folder / name).mkdir()
    for name in OBJECTS:
        shutil.copy(settings.objects_dir() / f"{name}.yml", folder / "objects")
    for entity in ("H1", "H2"):
        (folder / "entities" / f"{entity}.yml").write_text(f"entity_id: {entity}\n")
    return folder


@pytest.fixture
def config(config_template: Path, tmp_path: Path) -> Path:
    """A copy of the configuration that the test may change."""
    return shutil.copytree(config_template, tmp_path / "config")


class Warehouse:
    """A warehouse that rows can be landed in and read from."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._numbers = itertools.count(1)

    def land(
        self,
        object_name: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        batch_id: str | None = None,
        source_system: str = "erp_main",
        missing_fields: Sequence[str] = (),
        payload: str | None = None,
        rows_landed: int | None = None,
        day: int = 0,
        landed_day: int | None = None,
    ) -> str:
        """Land rows as one batch, each with its lineage, and return the batch's id."""
        batch_id = batch_id or f"{source_system}:{object_name}:{next(self._numbers)}"
        start = NOW + timedelta(days=day - 1)
        with psycopg.connect(self.dsn) as connection:
            connection.execute(
                "insert into ops.batch (batch_id, source_system, feed, object, interval_start, interval_end,"
                " payload_sha256, archive_manifest, profile_version, contract_version, rows_read, rows_landed,"
                " rows_unchanged, missing_fields, origin, trace_id, landed_at)"
                " values (%s, %s, 'feed', %s, %s, %s, %s, 'manifest', 1, 1, %s, %s, 0, %s, 'scheduled', 'trace', %s)",
                (
                    batch_id, source_system, object_name, start, start + timedelta(days=1), payload or batch_id,
                    len(rows), len(rows) if rows_landed is None else rows_landed, list(missing_fields),
                    NOW + timedelta(days=day if landed_day is None else landed_day),
                ),
            )  # fmt: skip
            for number, row in enumerate(rows, start=1):
                self._insert(connection, object_name, row, batch_id, source_system, number)
        return batch_id

    def _insert(
        self,
        connection: psycopg.Connection,
        object_name: str,
        row: Mapping[str, Any],
        batch_id: str,
        source_system: str,
        number: int,
    ) -> None:
        key = f"{batch_id}-{number}"
        lineage = {
            "_source_system": source_system, "_record_key": key, "_batch_id": batch_id, "_payload_sha256": batch_id,
            "_row_number": number, "_row_sha256": key, "_profile_version": 1, "_source_updated_at": NOW,
            "_ingested_at": NOW, "_trace_id": "trace",
        }  # fmt: skip
        columns = lineage | dict(row)
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier("raw", object_name),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join(sql.Placeholder() * len(columns)),
            ),
            list(columns.values()),
        )

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return a query's rows."""
        with psycopg.connect(self.dsn, row_factory=dict_row) as connection:
            return connection.execute(query, parameters).fetchall()

    def one(self, query: str, *parameters: Any) -> Any:
        """Return the only value of a query."""
        (row,) = self.rows(query, *parameters)
        (value,) = row.values()
        return value

    def execute(self, statement: str, *parameters: Any) -> None:
        """Run a statement."""
        with psycopg.connect(self.dsn) as connection:
            connection.execute(statement, parameters)


@pytest.fixture(scope="session")
def open_warehouse() -> Callable[[str], Warehouse]:
    """Take a warehouse's URL for one that rows can be landed in."""
    return Warehouse


@pytest.fixture
def wh(warehouse: str) -> Iterator[Warehouse]:
    """The fresh warehouse of this test."""
    return Warehouse(warehouse)


@pytest.fixture
def data_docs(tmp_path: Path) -> Path:
    """The folder that pages go to."""
    return tmp_path / "data_docs"


@pytest.fixture
def gate_with_pages(warehouse: str, config: Path, data_docs: Path) -> Callable[..., GateOutcome]:
    """Run the gate; ``now=`` may be given."""
    return partial(run_gate, warehouse, config=config, dag_run_id="run", now=NOW, data_docs=data_docs)


@pytest.fixture
def gate(gate_with_pages: Callable[..., GateOutcome], monkeypatch: pytest.MonkeyPatch) -> Callable[..., GateOutcome]:
    """Run the gate without rendering pages, which only some tests look at."""
    monkeypatch.setattr("tieout.quality.data_docs.publish", lambda *args: None)
    return gate_with_pages


@pytest.fixture
def receipt() -> Callable[..., dict[str, Any]]:
    """Make a receipt line that breaks no rule, with changes."""
    return _maker(
        receipt_ref="R1", receipt_number="R", line_number="1", entity_id="H1", po_number="4711", po_line_number="1",
        kind="receipt", qty="10", unit="EA", received_at="2026-03-30T08:00:00+00:00",
    )  # fmt: skip


@pytest.fixture
def invoice() -> Callable[..., dict[str, Any]]:
    """Make an invoice that breaks no rule, with changes."""
    return _maker(
        invoice_ref="I1", entity_id="H1", vendor_number="V1", invoice_number="INV-1", kind="invoice",
        invoice_date="2026-03-29", received_at="2026-03-30T00:00:00+00:00", currency="USD", net_amount="100.00",
        tax_amount="8.00", gross_amount="108.00", status="entered",
    )  # fmt: skip


def _maker(**defaults: Any) -> Callable[..., dict[str, Any]]:
    return lambda **changes: defaults | changes
