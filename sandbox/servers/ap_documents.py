"""The AP platform's invoices, read and changed in its own field names."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.records.values import Document
from sandbox.servers.ap_holds import spell

APPROVED, POSTED = "APPROVED", "POSTED"


@dataclass(frozen=True)
class InvoiceLine:
    """What an ERP takes over of an invoice line."""

    number: int
    po_number: str | None
    po_line: int | None
    amount: Decimal
    account: str | None
    cost_center: str | None


@dataclass(frozen=True)
class Invoice:
    """What an ERP takes over of an invoice or credit memo; the amounts of both are positive as AP shows them."""

    key: str
    vendor_number: str | None
    number: str | None
    is_credit: bool
    invoice_date: str | None
    po_number: str | None
    terms: str | None
    due_date: str | None
    currency: str
    net: Decimal
    tax: Decimal
    freight: Decimal
    other: Decimal
    gross: Decimal
    lines: tuple[InvoiceLine, ...]


def read_invoice(doc: Document) -> Invoice:
    """Read an invoice as AP shows it."""
    totals = doc["totals"]
    return Invoice(
        key=doc["invoiceId"],
        vendor_number=doc.get("erpSupplierNumber"),
        number=doc.get("invoiceNumber"),
        is_credit=doc.get("documentType") == "CREDIT_MEMO",
        invoice_date=doc.get("invoiceDate"),
        po_number=doc.get("purchaseOrderNumber"),
        terms=doc.get("paymentTerms"),
        due_date=doc.get("dueDate"),
        currency=doc["currency"],
        net=_money(totals.get("net")),
        tax=_money(totals.get("tax")),
        freight=_money(totals.get("freight")),
        other=_money(totals.get("other")),
        gross=_money(totals.get("gross")),
        lines=tuple(_read_line(line) for line in doc["lines"]),
    )


def _read_line(line: Document) -> InvoiceLine:
    return InvoiceLine(
        number=int(line["lineNumber"]),
        po_number=line.get("purchaseOrderNumber"),
        po_line=line.get("purchaseOrderLine"),
        amount=_money(line.get("amount")),
        account=line.get("account"),
        cost_center=line.get("costCenter"),
    )


def is_approved(doc: Document) -> bool:
    """Whether an invoice is approved and not posted, paid or cancelled yet."""
    return doc.get("status") == APPROVED


def posted_fields(document: str, posted_at: datetime, at: datetime) -> Document:
    """What an invoice shows once AP learned that the ERP posted it."""
    return {
        "status": POSTED,
        "erpDocumentNumber": document,
        "postedAt": spell(posted_at),
        "updatedAt": spell(at),
    }


def posted_event(doc: Document, by: str, at: datetime) -> tuple[str, Document]:
    """Key and document of the event that an invoice became posted."""
    event_id = f"{doc['invoiceId']}-posted"
    return event_id, {
        "eventId": event_id,
        "invoiceId": doc["invoiceId"],
        "fromStatus": doc.get("status"),
        "toStatus": POSTED,
        "occurredAt": spell(at),
        "performedBy": by,
        "performedByType": "SYSTEM",
        "updatedAt": spell(at),
    }


def _money(value: Any) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)
