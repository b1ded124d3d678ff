"""Payments on a migrated warehouse: what a transformation would make are plain tables, the bank is a real server."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from launcher.postgres import EmbeddedPostgres
from tests.integration.landing.servers import serve_sftp
from tests.support.banks import BANK
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.payments import answers, files, freeze, landing, sending
from tieout.payments.accounts_at_hand import Account, PayingAccount
from tieout.payments.answers import Taken
from tieout.payments.rendering import render
from tieout.payments.store import Batch
from tieout.sources import sftp
from tieout.sources.endpoint import Endpoint

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
KEYS = Keys([b"e" * 32], b"t" * 32)
# Examples of the standard, made up here so that no text holds them.
IBAN = "".join(("DE89", "3704", "0044", "0532", "0130", "00"))
OUR_IBAN = "".join(("DE02", "1203", "0000", "0000", "2020", "51"))
OURS = PayingAccount("Lake Hospital", Account(OUR_IBAN, "BYLADEM1001"), "Bank", "BYLADEM1001", BANK)
FOLDER = BANK.transfers
TABLES = """
create table mart.payment_proposal (
    batch_id text, payment_id text, entity_id text, paying_account text, payment_profile text, vendor_key text,
    vendor_source text, vendor_number text, vendor_name text, vendor_account_id text, account_token text,
    account_last4 text, routing_number text, currency text, amount numeric(20, 4), discount_amount numeric(20, 4),
    requested_date date, method text, remittance text, invoice_count integer, policy_id text,
    two_approvers_above numeric(20, 4), blocked_by text[], is_blocked boolean, known_at timestamptz
);
create table mart.payment_proposal_invoice (
    payment_id text, invoice_id text, invoice_number text, amount numeric(20, 4), discount_amount numeric(20, 4),
    due_date date
);
create table mart.payment_involvement (subject_type text, subject_id text, person text, act text, at timestamptz);
create table mart.fct_invoice (invoice_id text, is_cancelled boolean, is_paid boolean);
create table match.match_payable (invoice_id text, vendor_key text, open_amount numeric(20, 4), currency text);
create table canonical.int_vendor_crosswalk (vendor_id text, vendor_key text);
create table mart.exc_hold (
    invoice_id text, vendor_key text, subject_type text, code text, is_open boolean, blocking boolean
);
create table staging.stg_vendor_bank_accounts (
    _source_system text, vendor_number text, account_ref text, account_number_token text, routing_number text,
    valid_to date
);
create table staging.stg_payment_statuses (
    end_to_end_id text, status text, reason_code text, level text, message_ref text, group_ref text
);
create table mart.payment_control (payment_id text, control_code text, stage text, passed boolean);
create table mart.dim_entity (entity_id text, payment_origin text);
create table canonical.int_payment_outcomes (payment_id text, outcome text, reason_code text, bank_ref text);
"""
SCHEMAS = (
    "create schema if not exists mart; create schema if not exists staging; create schema if not exists canonical;"
    "create schema if not exists match;"
)
WRITTEN = """
select format('%I.%I', schemaname, relname) from pg_stat_user_tables
where schemaname in ('payments', 'audit', 'quality', 'mart', 'staging', 'canonical', 'match')
    or schemaname = 'ops' and relname in ('batch', 'run', 'alert', 'notification', 'incident')
    or schemaname = 'raw' and relname in ('payment', 'payment_invoice', 'vendor_bank_account')
"""
RUN = """
insert into ops.run (run_id, as_of, full_refresh, sends_feedback, started_at, scope, state)
values ('r1', %s, false, true, %s, 'whole', 'succeeded')
"""


@dataclass
class Paying:
    """A warehouse with a proposal, and what is done with it."""

    dsn: str
    archive: Archive
    archive_folder: Path
    endpoint: Endpoint
    folder: Path
    now: datetime = NOW
    routing: str = "COBADEFFXXX"
    runs: int = 0
    vendors: set[str] = field(default_factory=set)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, if it has any."""
        with psycopg.connect(self.dsn, options="-c timezone=UTC") as connection:
            found = connection.execute(query.encode(), values)
            return found.fetchall() if found.description else []

    def insert(self, table: str, **values: Any) -> None:
        """Insert a row."""
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        self.rows(f"insert into {table} ({names}) values ({marks})", *values.values())

    def propose(
        self, payment_id: str, amount: str, *, vendor: str = "V1", method: str = "credit_transfer", **changes: Any
    ) -> None:
        """Add a payment of one invoice to the proposal, and its vendor's account to the masters."""
        token = self.account(vendor) if method != "cheque" else None
        values = {
            "batch_id": "PB1", "payment_id": payment_id, "entity_id": "H2", "paying_account": "h2_operating",
            "payment_profile": "iso", "vendor_key": f"erp_main:{vendor}", "vendor_source": "erp_main",
            "vendor_number": vendor, "vendor_name": f"Supplier {vendor}", "account_token": token,
            "vendor_account_id": token and f"erp_main:{vendor}:1", "account_last4": token and IBAN[-4:],
            "routing_number": token and self.routing,
            "currency": "USD", "amount": amount, "discount_amount": 0, "requested_date": "2026-03-12",
            "method": method, "remittance": f"INV {payment_id}", "invoice_count": 1, "blocked_by": [],
            "is_blocked": False, "policy_id": "default",
            "two_approvers_above": 1000, "known_at": NOW,
        }  # fmt: skip
        self.insert("mart.payment_proposal", **{**values, **changes})
        self.insert(
            "mart.payment_proposal_invoice", payment_id=payment_id, invoice_id=f"ap:{payment_id}",
            invoice_number=f"INV-{payment_id}", amount=amount, discount_amount=0, due_date="2026-03-12",
        )  # fmt: skip
        self.insert(
            "match.match_payable", invoice_id=f"ap:{payment_id}", vendor_key=f"erp_main:{vendor}", open_amount=amount,
            currency="USD",
        )  # fmt: skip

    def account(self, vendor: str, number: str = IBAN) -> str:
        """Land a vendor's account, once, as the gate would let it through; return its token."""
        sealed = KEYS.seal(number, "bank")
        if vendor in self.vendors:
            return sealed.token
        self.vendors.add(vendor)
        batch = f"erp_main:accounts:{vendor}"
        known = NOW - timedelta(days=30, seconds=len(self.vendors))
        self.insert("quality.gate_run", gate_run_id=batch, known_at=known, started_at=known, ended_at=known)
        self.insert(
            "ops.batch", batch_id=batch, source_system="erp_main", feed="accounts", object="vendor_bank_account",
            interval_start=known, interval_end=known, payload_sha256=vendor, archive_manifest="", profile_version=1,
            contract_version=1, rows_read=1, rows_landed=1, rows_unchanged=0, state="promoted", origin="scheduled",
            trace_id="t", landed_at=known,
        )  # fmt: skip
        self.insert(
            "quality.promotion", batch_id=batch, object="vendor_bank_account", source_system="erp_main",
            known_at=known, rows_promoted=1, rows_quarantined=0, gate_run_id=batch,
        )  # fmt: skip
        self.insert(
            "raw.vendor_bank_account", _source_system="erp_main", _record_key=f"{vendor}|1", _batch_id=batch,
            _payload_sha256=vendor, _row_number=1, _row_sha256=vendor, _profile_version=1, _source_updated_at=known,
            _ingested_at=known, _trace_id="t", vendor_number=vendor, account_ref="1",
            account_number_token=sealed.token, account_number_last4=sealed.last4,
            account_number_encrypted=sealed.encrypted, routing_number=self.routing,
        )  # fmt: skip
        self.insert(
            "staging.stg_vendor_bank_accounts", _source_system="erp_main", vendor_number=vendor, account_ref="1",
            account_number_token=sealed.token, routing_number=self.routing,
        )  # fmt: skip
        return sealed.token

    def freeze(self, by: str = "t.reasurer", run: str | None = None) -> list[Batch]:
        """Freeze what is proposed, in a run of its own unless one is named."""
        self.runs += 1
        run = run or f"run-{self.runs}"
        return freeze.freeze(self.dsn, entity_id="H2", proposed_by=by, dag_run_id=run, now=self.now)

    def answer(
        self,
        batch: Batch,
        by: str | None,
        option: str = "Approve",
        *,
        round_: int = 1,
        comment: str = "",
        sha: str = "",
    ) -> Taken:
        """Answer a batch as Airflow would bring it."""
        response = {
            "chosen_options": [option],
            "params_input": {"comment": comment},
            "responded_by_user": {"id": by, "name": by} if by else None,
        }
        shown = sha or batch.sha256
        return answers.take(self.dsn, batch.batch_id, shown, response, round_=round_, now=self.now)

    def make(self, batch: Batch) -> list[files.MadeFile]:
        """Make the batch's files."""
        return files.make(
            self.dsn, self.archive, KEYS, batch.batch_id, paying_account=lambda _: OURS, render=render, now=self.now
        )

    def send(self, batch: Batch) -> list[str]:
        """Send the batch's files."""
        return sending.send(
            self.dsn, self.archive, batch.batch_id, open_client=lambda _: sftp.connect(self.endpoint), now=self.now
        )

    def land(self) -> int:
        """Land what happened."""
        return landing.land_due(self.dsn, now=self.now, trace_id="run")

    def at_bank(self) -> list[str]:
        """Names of the files that the bank has, temporary ones aside."""
        return sorted(path.name for path in self.folder.glob("*") if path.is_file() and path.suffix != ".part")

    def steps(self, batch: Batch) -> list[str]:
        """What happened to a batch, in order."""
        query = "select step from payments.step where batch_id = %s order by step_id"
        return [row[0] for row in self.rows(query, batch.batch_id)]

    def statuses(self) -> dict[str, list[str]]:
        """The statuses of each payment that were landed, in the order in which they rank."""
        found: dict[str, list[str]] = {}
        for payment, status in self.rows(
            "select payment_ref, status from raw.payment as version"
            " inner join quality.promotion as promotion on version._batch_id = promotion.batch_id"
            " order by _source_updated_at, known_at, _row_number"
        ):
            found.setdefault(payment, []).append(status)
        return found


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Endpoint]]:
    """The root of an SFTP server, and its endpoint."""
    root = tmp_path_factory.mktemp("bank")
    with serve_sftp(root) as endpoint:
        yield root, endpoint


@pytest.fixture(scope="session")
def shared_warehouse(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[str]:
    """One warehouse for all tests, with the tables that payments read; each test begins with it empty."""
    name = f"payments_{secrets.token_hex(6)}"
    dsn = postgres.create_database(name, template=warehouse_template)
    with psycopg.connect(dsn) as connection:
        connection.execute(SCHEMAS)
        connection.execute(TABLES)
    yield dsn
    postgres.drop_database(name)


@pytest.fixture
def paying(shared_warehouse: str, bank: tuple[Path, Endpoint], tmp_path: Path) -> Paying:
    """A warehouse with nothing proposed, and a bank with an empty folder."""
    root, endpoint = bank
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.rglob("*.*"):
        left.unlink()
    with psycopg.connect(shared_warehouse) as connection:
        _empty(connection)
        connection.execute(RUN, (NOW, NOW))
    return Paying(shared_warehouse, Archive(str(tmp_path / "archive"), KEYS), tmp_path / "archive", endpoint, folder)


def _empty(connection: psycopg.Connection) -> None:
    """Delete all rows; as a replica, so that the triggers of insert-only tables let them go."""
    connection.execute("set session_replication_role = replica")
    for (table,) in connection.execute(WRITTEN).fetchall():
        connection.execute(f"delete from {table}".encode())
