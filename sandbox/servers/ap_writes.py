"""What the AP platform does with the messages that it takes."""

from sandbox.records.session import Session
from sandbox.records.values import Document, Stored
from sandbox.servers.ap_documents import POSTED, posted_event, posted_fields
from sandbox.servers.ap_holds import INTERFACE, show_holds, spell
from sandbox.servers.http import refuse
from sandbox.servers.writes import NUMBER, PAYMENT_STATUS, TEXT, Accepted, Fields, check_fields, read_time
from sandbox.wire.codes import AP_PO_STATUS, UNITS

SYSTEM = "ap"
SETTLED = (POSTED, "PAID")
HOLD: Fields = {
    "code": str,
    "lineNumber": (int, type(None)),
    "amountAtRisk": (*NUMBER, str),
    "currency": TEXT,
    "explanation": TEXT,
}
ORDER_LINE: Fields = {"lineNumber": int, "quantity": NUMBER, "unit": TEXT, "price": NUMBER, "status": TEXT}


def take_match_result(session: Session, body: Document) -> tuple[int, Document]:
    """Show verdict and holds on an invoice."""
    for line in body["lines"]:
        check_fields(line, {"lineNumber": int, "verdict": str})
    for hold in body["holds"]:
        check_fields(hold, HOLD)
    key = body["invoiceId"]
    invoice = _invoice(session, key)
    now = session.now()
    changes = {
        "matchStatus": body["verdict"],
        "touchless": body.get("touchless"),
        "lineMatchStatuses": [
            {"lineNumber": line["lineNumber"], "matchStatus": line["verdict"]} for line in body["lines"]
        ],
        "holds": show_holds(session, invoice.doc, body["holds"], now),
        "correlationId": body.get("correlationId"),
        "updatedAt": spell(now),
    }
    session.overlay(SYSTEM, "invoices", key, changes, now)
    return 200, {"status": "accepted", "invoiceId": key}


def take_purchase_order(session: Session, body: Document) -> tuple[int, Document]:
    """Keep a purchase order; it replaces the copy that was there.

    Statuses and units are taken in AP's own words and in those of the group's data model, and kept in AP's own.
    """
    for line in body["lines"]:
        check_fields(line, ORDER_LINE)
    now = session.now()
    order = {
        **body,
        "status": AP_PO_STATUS.get(body.get("status") or "", body.get("status")),
        "lines": [_order_line(line) for line in body["lines"]],
        "updatedAt": spell(now),
    }
    session.put(SYSTEM, "purchase-orders", [(body["poNumber"], order, now)])
    return 200, {"status": "accepted", "poNumber": body["poNumber"]}


def _order_line(line: Document) -> Document:
    unit, status = line.get("unit"), line.get("status")
    return {**line, "unit": UNITS[SYSTEM].get(unit or "", unit), "status": status.upper() if status else status}


def take_vendor(session: Session, body: Document) -> tuple[int, Document]:
    """Keep a supplier: under its number, or under a new one that is made of its reference."""
    key = body["supplierId"] or f"S-{body['sourceSystem']}-{body['sourceReference']}"
    stored, now = session.get(SYSTEM, "suppliers", key, lock=True), session.now()
    kept = stored.doc if stored else {"taxId": None}
    said = {name: value for name, value in body.items() if value is not None}
    supplier = {**kept, **said, "supplierId": key, "updatedAt": spell(now)}
    session.put(SYSTEM, "suppliers", [(key, supplier, now)])
    return 200, {"status": "accepted", "supplierId": key}


def take_posting_status(session: Session, body: Document) -> tuple[int, Document]:
    """Show on an invoice that the ERP posted it; one that is paid stays paid."""
    key = body["invoiceId"]
    invoice = _invoice(session, key)
    posted_at, now = read_time(body["postedAt"]), session.now()
    changes = posted_fields(body["erpDocumentNumber"], posted_at, now)
    if invoice.doc.get("status") in SETTLED:
        del changes["status"]
    else:
        event_id, event = posted_event(invoice.doc, INTERFACE.name, now)
        session.put(SYSTEM, "invoice-events", [(event_id, event, now)])
    changes["accountingStatus"] = body["accountingStatus"]
    session.overlay(SYSTEM, "invoices", key, changes, now)
    return 200, {"status": "accepted", "invoiceId": key}


def take_payment_status(session: Session, body: Document) -> tuple[int, Document]:
    """Show on an invoice what became of its payment."""
    key = body["invoiceId"]
    _invoice(session, key)
    now = session.now()
    changes = {
        "paymentStatus": body["paymentStatus"],
        "paymentReference": body["paymentReference"],
        "paymentDate": body.get("paymentDate"),
        "paymentReason": body.get("reason"),
        "updatedAt": spell(now),
    }
    session.overlay(SYSTEM, "invoices", key, changes, now)
    return 200, {"status": "accepted", "invoiceId": key}


def _invoice(session: Session, key: str) -> Stored:
    invoice = session.get(SYSTEM, "invoices", key, lock=True)
    if invoice is None:
        raise refuse(404, "not_found", f"There is no invoice {key}.")
    return invoice


OPERATIONS = {
    "match_result": Accepted(
        {
            "invoiceId": str,
            "verdict": str,
            "touchless": (bool, type(None)),
            "lines": list,
            "holds": list,
            "correlationId": TEXT,
        },
        take_match_result,
    ),
    "purchase_order": Accepted(
        {
            "poNumber": str,
            "businessUnit": str,
            "supplierId": TEXT,
            "currency": str,
            "status": str,
            "orderedAt": TEXT,
            "lines": list,
        },
        take_purchase_order,
    ),
    "vendor": Accepted(
        {
            "supplierId": TEXT,
            "sourceSystem": str,
            "sourceReference": str,
            "name": str,
            "status": str,
            "paymentTerms": TEXT,
            "currency": TEXT,
        },
        take_vendor,
    ),
    "posting_status": Accepted(
        {
            "invoiceId": str,
            "accountingStatus": str,
            "erpDocumentNumber": TEXT,
            "postedAt": str,
            "correlationId": TEXT,
        },
        take_posting_status,
    ),
    "payment_status": Accepted(PAYMENT_STATUS, take_payment_status),
}
