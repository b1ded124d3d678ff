"""The tables of schema ``payments``: what was frozen, and what happened to it. Insert only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tieout.payments.content import Content, Invoice, Payment, content

PAYMENT_FIELDS = (
    "payment_id", "vendor_key", "vendor_source", "vendor_number", "vendor_name", "vendor_account_id",
    "account_token", "account_last4", "routing_number", "currency", "amount", "discount_amount", "requested_date",
    "method", "cheque_number", "remittance",
)  # fmt: skip
INVOICE_FIELDS = ("invoice_id", "invoice_number", "amount", "discount_amount", "due_date")

_LOCK = "select pg_advisory_xact_lock(hashtext('tieout payments'))"
_BATCH_FIELDS = (
    "batch_id", "proposal_id", "entity_id", "paying_account", "payment_profile", "currency", "payment_count",
    "total_amount", "policy_id", "approvers_needed", "as_of", "sha256", "proposed_by", "dag_run_id", "frozen_at",
)  # fmt: skip
_STEP = """
insert into payments.step (batch_id, payment_id, step, actor, reason, at)
values (%s, %s, %s, %s, %s, %s)
on conflict do nothing
"""


@dataclass(frozen=True)
class Batch:
    """A frozen batch's head. ``sha256`` is the hash of its content when it was frozen."""

    batch_id: str
    proposal_id: str
    entity_id: str
    paying_account: str
    payment_profile: str
    currency: str
    payment_count: int
    total_amount: Decimal
    policy_id: str
    approvers_needed: int
    as_of: datetime
    sha256: str
    proposed_by: str
    dag_run_id: str
    frozen_at: datetime


def lock(connection: psycopg.Connection) -> None:
    """Let nobody else freeze, answer or instruct until the transaction ends."""
    connection.execute(_LOCK)


def insert_batch(connection: psycopg.Connection, batch: Batch, what: Content) -> None:
    """Keep a batch with its payments and invoices. An invoice that is in a live payment is refused by its claim."""
    _insert(connection, "batch", _BATCH_FIELDS, [vars(batch)])
    common = {"batch_id": batch.batch_id}
    payments = [
        {**vars(payment), **common, "paying_account": what.paying_account, "invoice_count": len(payment.invoices)}
        for payment in what.payments
    ]
    _insert(connection, "payment", (*PAYMENT_FIELDS, "batch_id", "paying_account", "invoice_count"), payments)
    invoices = [
        {**vars(invoice), **common, "payment_id": payment.payment_id}
        for payment in what.payments
        for invoice in payment.invoices
    ]
    _insert(connection, "payment_invoice", (*INVOICE_FIELDS, "batch_id", "payment_id"), invoices)


def batch(connection: psycopg.Connection, batch_id: str) -> Batch:
    """Return a batch's head.

    Raises:
        LookupError: there is no such batch.
    """
    row = next(iter(_rows(connection, "batch", _BATCH_FIELDS, "batch_id", batch_id)), None)
    if row is None:
        raise LookupError(f"There is no batch {batch_id}.")
    return Batch(**row)


def batch_content(connection: psycopg.Connection, head: Batch) -> Content:
    """Return a batch's content as the tables have it now."""
    invoices: dict[str, list[Invoice]] = {}
    for row in _rows(connection, "payment_invoice", (*INVOICE_FIELDS, "payment_id"), "invoice_id", head.batch_id):
        payment_id = row.pop("payment_id")
        invoices.setdefault(payment_id, []).append(Invoice(**row))
    payments = [
        Payment(**row, invoices=tuple(invoices.get(row["payment_id"], ())))
        for row in _rows(connection, "payment", PAYMENT_FIELDS, "payment_id", head.batch_id)
    ]
    return content(head.entity_id, head.paying_account, head.payment_profile, head.currency, payments)


def add_step(
    connection: psycopg.Connection,
    batch_id: str,
    step: str,
    *,
    actor: str,
    at: datetime,
    payment_id: str | None = None,
    reason: str | None = None,
) -> bool:
    """Note that something happened to a batch or to a payment of it; return whether that is new."""
    return bool(connection.execute(_STEP, (batch_id, payment_id, step, actor, reason, at)).rowcount)


def steps(connection: psycopg.Connection, batch_id: str) -> dict[str, datetime]:
    """Return what happened to a batch as a whole, and when."""
    query = "select step, at from payments.step where batch_id = %s and payment_id is null"
    return dict(connection.execute(query, (batch_id,)).fetchall())


def _insert(
    connection: psycopg.Connection, table: str, fields: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("payments", table), _names(fields), sql.SQL(", ").join(map(sql.Placeholder, fields))
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _rows(
    connection: psycopg.Connection, table: str, fields: Sequence[str], order: str, batch_id: str
) -> list[dict[str, Any]]:
    query = sql.SQL('select {} from {} where batch_id = %s order by {} collate "C"').format(
        _names(fields), sql.Identifier("payments", table), sql.Identifier(order)
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, (batch_id,)).fetchall()


def _names(fields: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, fields))
