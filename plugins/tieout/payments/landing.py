"""Lands payments as records of source ``tieout``: what happened to them becomes known like any other record.

Each step makes a version of each payment that it is about; a step is landed once, in the order in which steps were
made. Vendors and invoices are named by their canonical ids. docs/reference/payments.md, 4 Instruction.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tieout.quality import knowledge
from tieout.quality.own_records import PROFILE_VERSION, SOURCE_SYSTEM, OwnBatch, promote
from tieout.warehouse.connection import connect

STATUS = {
    "refused": "cancelled",
    "returned": "returned",
    "rejected": "returned",
    "settled": "settled",
    "acknowledged": "acknowledged",
    "sent": "sent",
    "made": "approved",
    "approved": "approved",
    "proposed": "proposed",
}
"""The canonical status of a payment to which these things happened: the first that did, in this order.

One that the bank rejected came back, as one that it returned; a word that comes late takes nothing back.
"""

_STEPS = """
with landing as (
    select step.*
    from payments.step as step
    where step.step <> 'made'
        and not exists (select from payments.step_landed as landed where landed.step_id = step.step_id)
)

select
    landing.step_id,
    landing.step,
    landing.reason,
    landing.at,
    payment.*,
    batch.entity_id,
    instruction.end_to_end_id,
    instruction.instruction_id,
    instruction.group_ref,
    coalesce(instruction.pay_date, payment.requested_date) as pay_date,
    moment.so_far,
    moment.approved_at,
    moment.sent_at,
    moment.settled_at,
    moment.returned_at
from landing
inner join payments.payment as payment
    on landing.batch_id = payment.batch_id and coalesce(landing.payment_id, payment.payment_id) = payment.payment_id
inner join payments.batch as batch on payment.batch_id = batch.batch_id
left join payments.instruction as instruction
    on payment.batch_id = instruction.batch_id and payment.payment_id = instruction.payment_id
cross join lateral (
    select
        array_agg(step) as so_far,
        max(at) filter (where step = 'approved') as approved_at,
        max(at) filter (where step = 'sent') as sent_at,
        max(at) filter (where step = 'settled') as settled_at,
        max(at) filter (where step in ('rejected', 'returned')) as returned_at
    from payments.step as done
    where done.batch_id = landing.batch_id and done.step_id <= landing.step_id
        and coalesce(done.payment_id, payment.payment_id) = payment.payment_id
) as moment
order by landing.step_id, payment.payment_id collate "C"
"""
_INVOICES = """
select payment_id, invoice_id, amount, discount_amount, batch_id
from payments.payment_invoice
where batch_id = any(%s)
order by batch_id collate "C", payment_id collate "C", invoice_id collate "C"
"""
_LANDED = "insert into payments.step_landed (step_id, known_at) values (%s, %s)"
_LINEAGE = (
    "_source_system", "_record_key", "_batch_id", "_payload_sha256", "_row_number", "_row_sha256", "_profile_version",
    "_source_updated_at", "_ingested_at", "_trace_id",
)  # fmt: skip
_JUST_AFTER = timedelta(microseconds=1)
Row = dict[str, str | None]


def land_due(dsn: str, *, now: datetime, trace_id: str) -> int:
    """Land the steps that were not landed yet; return how many versions of payments became known.

    Args:
        dsn: of the warehouse.
        now: the business clock.
        trace_id: of the run.
    """
    with connect(dsn) as connection:
        connection.execute("select pg_advisory_xact_lock(hashtext('tieout payments'))")
        with connection.cursor(row_factory=dict_row) as cursor:
            due = cursor.execute(_STEPS).fetchall()
        if not due:
            return 0
        known_at = knowledge.next_known_at(connection, now)
        payments = [(payment_row(each), each["at"], str(each["step_id"])) for each in due]
        proposed = {each["batch_id"]: each["at"] for each in due if each["step"] == "proposed"}
        invoices = [
            (invoice_row(*each[:-1]), proposed[each[-1]], each[-1])
            for each in connection.execute(_INVOICES, (list(proposed),)).fetchall()
        ]
        _land(connection, "payment", "payment_ref", payments, known_at, now, trace_id)
        if invoices:
            _land(connection, "payment_invoice", "", invoices, known_at + _JUST_AFTER, now, trace_id)
        with connection.cursor() as cursor:
            cursor.executemany(_LANDED, [(step_id, known_at) for step_id in {each["step_id"] for each in due}])
        return len(payments)


def payment_row(step: dict[str, Any]) -> Row:
    """Return a payment after a step, as texts of the object ``payment``."""
    return {
        "payment_ref": step["payment_id"],
        "entity_id": step["entity_id"],
        "vendor_number": f"{step['vendor_source']}:{step['vendor_number']}",
        "batch_ref": step["batch_id"],
        "end_to_end_id": step["end_to_end_id"],
        "instruction_id": step["instruction_id"],
        "group_ref": step["group_ref"],
        "cheque_number": _text(step["cheque_number"]),
        "account_token": step["account_token"],
        "account_last4": step["account_last4"],
        "routing_number": step["routing_number"],
        "amount": str(step["amount"]),
        "currency": step["currency"],
        "method": step["method"],
        "status": next(status for name, status in STATUS.items() if name in step["so_far"]),
        "requested_date": step["pay_date"].isoformat(),
        "approved_at": _moment(step["approved_at"]),
        "sent_at": _moment(step["sent_at"]),
        "settled_at": _moment(step["settled_at"]),
        "returned_at": _moment(step["returned_at"]),
        "reason_code": step["reason"] if step["step"] in ("refused", "rejected", "returned") else None,
    }


def invoice_row(payment_id: str, invoice_id: str, amount: Any, discount: Any) -> Row:
    """Return an invoice of a payment, as texts of the object ``payment_invoice``."""
    return {
        "payment_ref": payment_id,
        "invoice_ref": invoice_id,
        "amount": str(amount),
        "discount_amount": str(discount),
    }


def _land(
    connection: psycopg.Connection,
    object_name: str,
    key: str,
    rows: Sequence[tuple[Row, datetime, str]],
    known_at: datetime,
    now: datetime,
    trace_id: str,
) -> None:
    """Land versions of an object, each with when it came to be and what made it: the same content may come again."""
    batch_id = f"{SOURCE_SYSTEM}:{object_name}:{known_at:%Y%m%dT%H%M%S.%fZ}"
    texts = [json.dumps([row, cause], sort_keys=True) for row, _, cause in rows]
    payload = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    promote(
        connection,
        OwnBatch(batch_id, object_name, object_name, len(rows), payload, "payments.step", trace_id, known_at, now),
    )
    fields = tuple(rows[0][0])
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("raw", object_name),
        sql.SQL(", ").join(map(sql.Identifier, (*_LINEAGE, *fields))),
        sql.SQL(", ").join([sql.Placeholder()] * (len(_LINEAGE) + len(fields))),
    )
    values = [
        (
            SOURCE_SYSTEM, row[key] if key else f"{row['payment_ref']}|{row['invoice_ref']}", batch_id, payload, number,
            hashlib.sha256(text.encode()).hexdigest(), PROFILE_VERSION, at, now, trace_id, *row.values(),
        )
        for number, ((row, at, _), text) in enumerate(zip(rows, texts, strict=True), start=1)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
