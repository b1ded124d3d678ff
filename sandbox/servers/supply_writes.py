"""What the supply system does with the messages that it takes."""

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers.writes import NUMBER, TEXT, Accepted, Fields, check_fields
from sandbox.wire.codes import iso

TARGET, SYSTEM = "supply", "supply_api"
ORDER_LINE: Fields = {"line": int, "qty": NUMBER, "unit": TEXT, "price": NUMBER, "state": str}


def take_purchase_order(session: Session, body: Document) -> tuple[int, Document]:
    """Keep a purchase order; it replaces the copy that was there."""
    for line in body["lines"]:
        check_fields(line, ORDER_LINE)
    now = session.now()
    session.put(SYSTEM, "purchase-orders", [(body["poNo"], {**body, "modified": iso(now)}, now)])
    return 200, {"status": "accepted", "poNo": body["poNo"]}


def take_vendor(session: Session, body: Document) -> tuple[int, Document]:
    """Keep a vendor: under its number, or under a new one that is made of the ERP's."""
    key = body["vendorNo"] or f"V-{body['erp']}{body['erpVendorNo']}"
    stored, now = session.get(SYSTEM, "vendors", key, lock=True), session.now()
    kept = stored.doc if stored else {"taxId": None}
    session.put(SYSTEM, "vendors", [(key, {**kept, **body, "vendorNo": key, "modified": iso(now)}, now)])
    return 200, {"status": "accepted", "vendorNo": key}


def take_discrepancy(session: Session, body: Document) -> tuple[int, Document]:
    """Show a discrepancy to those who receive, or that it is over."""
    now = session.now()
    shown = {**body, "modified": iso(now)}
    session.put(SYSTEM, "receipt-discrepancies", [(body["discrepancyId"], shown, now)])
    return 200, {"status": "accepted", "discrepancyId": body["discrepancyId"]}


OPERATIONS = {
    "purchase_order": Accepted(
        {
            "poNo": str,
            "site": str,
            "vendorNo": TEXT,
            "state": str,
            "currency": str,
            "orderedAt": TEXT,
            "lines": list,
        },
        take_purchase_order,
    ),
    "vendor": Accepted({"vendorNo": TEXT, "erp": str, "erpVendorNo": str, "name": str}, take_vendor),
    "receipt_discrepancy": Accepted(
        {
            "discrepancyId": str,
            "site": TEXT,
            "kind": str,
            "state": str,
            "poNo": TEXT,
            "poLine": (int, type(None)),
            "receiptId": TEXT,
            "itemNo": TEXT,
            "expected": TEXT,
            "actual": TEXT,
            "explanation": TEXT,
            "correlationId": TEXT,
        },
        take_discrepancy,
    ),
}
