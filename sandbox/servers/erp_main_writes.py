"""What the first ERP does with receipts, payments' outcomes and statuses that it is told: rows of its own tables.

It takes no idempotency keys, so a client looks first. It shows what it was told while its tables still say so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers.http import refuse
from sandbox.servers.receipt_journal import book_main
from sandbox.servers.writes import PAYMENT_STATUS, TEXT, Fields, read_time

SYSTEM = "erp_main"
RECEIPTS, INVOICES, PAYMENTS = "rcv_transactions", "ap_invoices_all", "ap_checks_all"


@dataclass(frozen=True)
class Posted:
    """A kind of message: its key, the fields that it must have, what it does, and what the ERP shows afterwards."""

    operation: str
    key: str
    required: Fields
    post: Callable[[Session, Document], None]
    show: Callable[[Session, str], Document | None]


def post_receipt(session: Session, body: Document) -> None:
    """Post a receipt, and its journal, under the transaction that the supply system's reference stands for."""
    now = session.now()
    sign = -1 if body["transactionType"] == "RETURN TO VENDOR" else 1
    row = {
        "transaction_id": f"T{body['sourceDocRef']}",
        "org_code": body["company"],
        "receipt_num": body["sourceDocRef"],
        "line_num": 1,
        "po_num": body["poNumber"],
        "po_line_num": body["poLine"],
        "item_num": body.get("itemNumber"),
        "transaction_type": body["transactionType"],
        "quantity": sign * Decimal(str(body["quantity"])),
        "unit_of_measure": body.get("unit"),
        "transaction_date": read_time(body["transactionDate"]),
        "creation_date": now,
        "source_doc_ref": body["sourceDocRef"],
        "last_update_date": now,
    }
    session.put_rows(RECEIPTS, [row])
    book_main(session, row, now)
    session.put(SYSTEM, "receipts", [(body["sourceDocRef"], body, now)])


def show_receipt(session: Session, reference: str) -> Document | None:
    """What the ERP was told of a receipt that it has posted; None where it has not."""
    return _told(session, "receipts", reference) if session.rows(RECEIPTS, {"source_doc_ref": reference}) else None


def post_outcome(session: Session, body: Document) -> None:
    """Show on a payment what the bank said of it."""
    payment = _row(session, PAYMENTS, "check_id", body["paymentReference"])
    if payment is None:
        raise refuse(404, "not_found", f"There is no payment {body['paymentReference']}.")
    now = session.now()
    changes = {"status_lookup_code": body["status"], "last_update_date": now}
    if body.get("valueDate"):
        changes["cleared_date"] = read_time(f"{body['valueDate']}T00:00:00+00:00")
    session.put_rows(PAYMENTS, [{**payment, **changes}])
    session.put(SYSTEM, "payment-outcomes", [(body["paymentReference"], body, now)])


def show_outcome(session: Session, reference: str) -> Document | None:
    """What the ERP was told of a payment whose status is still the one that it was told."""
    payment, told = _row(session, PAYMENTS, "check_id", reference), _told(session, "payment-outcomes", reference)
    return told if payment and told and payment["status_lookup_code"] == told["status"] else None


def post_status(session: Session, body: Document) -> None:
    """Show on an invoice what became of its payment by others. It is no posting: the bank's statement brings that."""
    invoice = _row(session, INVOICES, "invoice_id", body["invoiceId"])
    if invoice is None:
        raise refuse(404, "not_found", f"There is no invoice {body['invoiceId']}.")
    now = session.now()
    changes = {"payment_status": body["paymentStatus"], "payment_reference": body["paymentReference"]}
    session.put_rows(INVOICES, [{**invoice, **changes, "last_update_date": now}])
    session.put(SYSTEM, "payment-statuses", [(body["invoiceId"], body, now)])


def show_status(session: Session, reference: str) -> Document | None:
    """What the ERP was told of an invoice that still shows the payment and status that it was told."""
    invoice, told = _row(session, INVOICES, "invoice_id", reference), _told(session, "payment-statuses", reference)
    if invoice is None or told is None:
        return None
    shown = invoice["payment_status"], invoice["payment_reference"]
    return told if shown == (told["paymentStatus"], told["paymentReference"]) else None


def _told(session: Session, collection: str, key: str) -> Document | None:
    stored = session.get(SYSTEM, collection, key)
    return stored.doc if stored else None


def _row(session: Session, table: str, key: str, value: str) -> Document | None:
    return next(iter(session.rows(table, {key: value})), None)


KINDS = {
    "receipts": Posted(
        "receipt",
        "sourceDocRef",
        {
            "sourceDocRef": str,
            "company": str,
            "poNumber": str,
            "poLine": int,
            "itemNumber": TEXT,
            "transactionType": str,
            "quantity": (int, float),
            "unit": TEXT,
            "transactionDate": str,
            "correlationId": TEXT,
        },
        post_receipt,
        show_receipt,
    ),
    "payment-outcomes": Posted(
        "payment_outcome",
        "paymentReference",
        {"paymentReference": str, "status": str, "valueDate": TEXT, "bankReference": TEXT, "reason": TEXT},
        post_outcome,
        show_outcome,
    ),
    "payment-statuses": Posted("payment_status", "invoiceId", PAYMENT_STATUS, post_status, show_status),
}
