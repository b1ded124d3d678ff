"""What the second ERP does with receipts, payments' outcomes and statuses that it is told: documents of its own."""

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers.http import refuse
from sandbox.servers.receipt_journal import book_west
from sandbox.servers.writes import PAYMENT_STATUS, TEXT, Accepted, read_time
from sandbox.wire.codes import compact

SYSTEM = "erp_west"


def post_receipt(session: Session, body: Document) -> tuple[int, Document]:
    """Post a material document, and its journal, under the number that the supply system's reference stands for."""
    now, reference = session.now(), body["reference"]
    doc = {
        "MBLNR": f"50{reference.removeprefix('R')}",
        "ZEILE": "0001",
        "BUKRS": body["companyCode"],
        "EBELN": body["purchaseOrder"],
        "EBELP": f"{body['item']:05d}",
        "MATNR": body.get("material") or "",
        "BWART": body["movementType"],
        "MENGE": str(body["quantity"]).replace(".", ","),
        "MEINS": body.get("unit") or "",
        "BLDAT": compact(read_time(body["documentDate"])),
        "BUDAT": compact(now),
        "XBLNR": reference,
        "AEDTM": compact(now),
    }
    session.put(SYSTEM, "material-documents", [(doc["MBLNR"], doc, now)])
    book_west(session, doc, now)
    return 200, {"status": "accepted", "MBLNR": doc["MBLNR"]}


def post_outcome(session: Session, body: Document) -> tuple[int, Document]:
    """Show on a payment what the bank said of it."""
    key = body["reference"]
    if session.get(SYSTEM, "payments", key, lock=True) is None:
        raise refuse(404, "not_found", f"There is no payment {key}.")
    now = session.now()
    changes = {"STATUS": body["status"], "AEDTM": compact(now)}
    if body.get("valueDate"):
        changes["AUSGL"] = compact(read_time(f"{body['valueDate']}T00:00:00+00:00"))
    session.overlay(SYSTEM, "payments", key, changes, now)
    return 200, {"status": "accepted", "VBLNR": key}


def post_status(session: Session, body: Document) -> tuple[int, Document]:
    """Show on an invoice what became of its payment by others. It is no posting: the bank's statement brings that."""
    key = body["reference"]
    if session.get(SYSTEM, "invoice-documents", key, lock=True) is None:
        raise refuse(404, "not_found", f"There is no invoice {key}.")
    now = session.now()
    changes = {"ZPAYSTAT": body["paymentStatus"], "ZPAYREF": body["paymentReference"], "AEDTM": compact(now)}
    session.overlay(SYSTEM, "invoice-documents", key, changes, now)
    return 200, {"status": "accepted", "BELNR": key}


KINDS = {
    "receipts": (
        "receipt",
        Accepted(
            {
                "companyCode": str,
                "purchaseOrder": str,
                "item": int,
                "material": TEXT,
                "movementType": str,
                "quantity": (int, float),
                "unit": TEXT,
                "documentDate": str,
                "correlationId": TEXT,
            },
            post_receipt,
        ),
    ),
    "payment-outcomes": (
        "payment_outcome",
        Accepted(
            {"paymentReference": str, "status": str, "valueDate": TEXT, "bankReference": TEXT, "reason": TEXT},
            post_outcome,
        ),
    ),
    "payment-statuses": ("payment_status", Accepted(PAYMENT_STATUS, post_status)),
}
