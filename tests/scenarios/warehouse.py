"""A small warehouse for tests of the models: records land as the gate would let them through, dbt builds in process."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from launcher.postgres import EmbeddedPostgres
from tests.support.dbt import Dbt
from tieout import settings
from tieout.warehouse import ahead, runs
from tieout.warehouse.contracts import Contract, load_contracts

DATABASE = "models"
MATCH = ["+path:models/match"]
# What payments, the bank and balances are made of, and the models of those: nothing is in them until some of it landed.
PAYING = {
    "approval", "approval_matrix", "bank_entry", "bank_notification", "bank_statement", "delegation", "gl_account",
    "gl_entry", "payment", "payment_invoice", "payment_policy", "payment_status", "screening_hit",
    "vendor_bank_account",
}  # fmt: skip
PAYING_MODELS = re.compile(
    "int_(approval|payment|screening|vendor_bank_account).*"
    "|match_(balance.*|bank_.*|booked_entry|payable|remit_to|screening.*)"
)  # fmt: skip

Record = Mapping[str, Any]


def at(text: str) -> datetime:
    """An instant in UTC from a date or an ISO time."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Warehouse:
    """Lands records as if the gate had promoted them, and builds the models."""

    def __init__(self, dsn: str, dbt: Dbt) -> None:
        self.dsn = dsn
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.dbt = dbt
        self.contracts = load_contracts(settings.objects_dir())
        self.batches = 0

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def land(
        self,
        object_name: str,
        records: Iterable[Record],
        *,
        system: str,
        known_at: datetime,
        updated_at: datetime | None = None,
    ) -> None:
        """Land records of one object in a batch of their own, known from ``known_at``.

        A record may carry ``_deleted`` and an ``_updated_at`` of its own.
        """
        contract = self.contracts[object_name]
        self.batches += 1
        batch_id = f"batch-{self.batches:06}"
        with self.connection.transaction():
            rows = [
                self._raw_row(contract, record, number, batch_id, system, updated_at or known_at)
                for number, record in enumerate(records, start=1)
            ]
            self._promote(object_name, system, batch_id, known_at, len(rows))
            if rows:
                columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
                values = sql.SQL(", ").join(map(sql.Placeholder, rows[0]))
                with self.connection.cursor() as cursor:
                    cursor.executemany(
                        sql.SQL("insert into {} ({}) values ({}) on conflict do nothing").format(
                            sql.Identifier("raw", object_name), columns, values
                        ),
                        rows,
                    )

    def build(
        self,
        as_of: datetime,
        *,
        full_refresh: bool = False,
        select: Iterable[str] = MATCH,
        data_tests: bool = True,
        reads_copies: bool = True,
    ) -> None:
        """Run one transformation, as the DAG does; without data tests where the rows are judged otherwise.

        What holds copies was read up to then, unless the test says that it was not. Left out are seeds and staged
        objects that stand and of which nothing became known, as a build ahead leaves them out, and what concerns
        payments where nothing of them ever landed.
        """
        if reads_copies:
            self.read_copies(as_of)
        run = runs.start_run(
            self.connection, now=as_of, dag_run_id=None, full_refresh=full_refresh, sends_feedback=False
        )
        assert run.as_of == as_of, f"as_of became {run.as_of}: something later is known already"
        succeeded = False
        try:
            left_out = ["unit_test"] if data_tests else ["unit_test", "test"]
            flags, idle = ["--full-refresh"], []
            if not full_refresh:
                standing = self._standing()
                left_out += ["seed"] if self.dbt.seeds() <= standing else []
                flags, idle = [], self._idle(run, standing)
            self.dbt("build", "--exclude-resource-types", *left_out, "--select", *select, *flags, idle=idle)
            succeeded = True
        finally:
            runs.finish_run(self.connection, run.run_id, succeeded, now=as_of)

    def read_copies(self, to: datetime) -> None:
        """Note that every system that holds copies was read up to a moment."""
        self.connection.execute(
            "insert into ops.interface_run (direction, source_system, object, interval_start, interval_end,"
            " started_at, ended_at, outcome)"
            " select distinct 'extract', source_system, object, %(to)s, %(to)s, %(to)s, %(to)s, 'succeeded'"
            " from raw.system_of_record where role = 'copy'",
            {"to": to},
        )

    def build_ahead(self, as_of: datetime) -> None:
        """Build what targets are told from, as the DAG of events does."""
        run = runs.start_run(
            self.connection, now=as_of, dag_run_id=None, full_refresh=False, sends_feedback=False, scope="feedback"
        )
        assert run.as_of == as_of, f"as_of became {run.as_of}: something later is known already"
        succeeded = False
        try:
            self.dbt(*ahead.arguments_of(self.connection, run))
            succeeded = True
        finally:
            runs.finish_run(self.connection, run.run_id, succeeded, now=as_of)

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """All rows of a query."""
        cursor = self.connection.cursor(row_factory=dict_row)
        return cursor.execute(query.encode(), parameters or None).fetchall()

    def values(self, query: str, *parameters: Any) -> dict[Any, Any]:
        """A query's rows as a map from its first column to its second, or to the rest of them."""
        found = {}
        for row in self.rows(query, *parameters):
            key, *rest = row.values()
            found[key] = rest[0] if len(rest) == 1 else tuple(rest)
        return found

    def _standing(self) -> set[str]:
        return {row["relname"] for row in self.rows("select relname from pg_class where relkind in ('r', 'v')")}

    def _idle(self, run: runs.Run, standing: set[str]) -> list[str]:
        """Return the models that stand and need not be built: objects without news, payments where none landed."""
        new = ahead.objects_with_news(self.connection, run)
        idle = [name for name, staged in self.dbt.staged().items() if name in standing and staged not in new]
        landed = {row["object"] for row in self.rows("select distinct object from quality.promotion")}
        return idle if landed & PAYING else [*idle, *filter(PAYING_MODELS.fullmatch, standing)]

    def _raw_row(
        self, contract: Contract, record: Record, number: int, batch_id: str, system: str, updated_at: datetime
    ) -> dict[str, Any]:
        fields = {name: record.get(name) for name in contract.raw_columns}
        unknown = set(record) - set(fields) - {"_deleted", "_updated_at"}
        assert not unknown, f"{contract.name} has no field {sorted(unknown)}"
        texts = {name: None if value is None else _text(value) for name, value in fields.items()}
        optional = "".join("|" + (texts[field] or "") for field in contract.optional_key).rstrip("|")
        deleted = bool(record.get("_deleted", False))
        return {
            "_source_system": system,
            "_record_key": "|".join(texts[field] or "" for field in contract.key) + optional,
            "_batch_id": batch_id,
            "_payload_sha256": hashlib.sha256(batch_id.encode()).hexdigest(),
            "_row_number": number,
            "_row_sha256": hashlib.sha256(json.dumps([texts, deleted]).encode()).hexdigest(),
            "_profile_version": 1,
            "_source_updated_at": record.get("_updated_at", updated_at),
            "_ingested_at": updated_at,
            "_trace_id": batch_id,
            "_deleted": deleted,
            **texts,
        }

    def _promote(self, object_name: str, system: str, batch_id: str, known_at: datetime, rows: int) -> None:
        gate_run_id = f"gate-{known_at.isoformat()}"
        self.connection.execute(
            "insert into ops.batch (batch_id, source_system, feed, object, interval_start, interval_end,"
            " payload_sha256, archive_manifest, profile_version, contract_version, rows_read, rows_landed,"
            " rows_unchanged, state, origin, trace_id, landed_at)"
            " values (%(batch)s, %(system)s, %(object)s, %(object)s, %(at)s, %(at)s, %(batch)s, 'none', 1, 1,"
            " %(rows)s, %(rows)s, 0, 'promoted', 'manual', %(batch)s, %(at)s)",
            {"batch": batch_id, "system": system, "object": object_name, "at": known_at, "rows": rows},
        )
        self.connection.execute(
            "insert into quality.gate_run (gate_run_id, known_at, started_at) values (%s, %s, %s)"
            " on conflict do nothing",
            (gate_run_id, known_at, known_at),
        )
        self.connection.execute(
            "insert into quality.promotion (batch_id, object, source_system, known_at, rows_promoted,"
            " rows_quarantined, gate_run_id) values (%s, %s, %s, %s, %s, 0, %s)",
            (batch_id, object_name, system, known_at, rows, gate_run_id),
        )


@contextmanager
def fresh_warehouse(postgres: EmbeddedPostgres, template: str, dbt: Dbt) -> Iterator[Warehouse]:
    """A fresh, migrated warehouse under a name of its own."""
    postgres.drop_database(DATABASE)
    warehouse = Warehouse(postgres.create_database(DATABASE, template=template), dbt)
    try:
        yield warehouse
    finally:
        warehouse.close()
        postgres.drop_database(DATABASE)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
