"""The AP automation platform: JSON in camel case, business units, nested lines."""

from datetime import datetime
from typing import Any

from sandbox.scenario.domain import Invoice, InvoiceLine, Po, PoLine, Receipt, Vendor
from sandbox.scenario.model import Write
from sandbox.wire.codes import AP_PO_STATUS, TAX_CODES, TERMS, UNITS, iso

SOURCES = {"erp_main": "ORA-MAIN", "erp_west": "SAP-WEST"}


def hold_word(code: str) -> str:
    """AP's word for a hold."""
    return code.lower().replace("_", "-")


def _write(collection: str, key: str, doc: dict[str, Any], at: datetime) -> Write:
    return Write("ap", collection, (key,), {**doc, "updatedAt": iso(at)}, at)


def supplier(vendor: Vendor, name: str, at: datetime, *, blocked: bool = False) -> Write:
    """AP's copy of a vendor. It names the first ERP where both know the vendor."""
    erp = "erp_main" if vendor.main else "erp_west"
    known = vendor.linked and bool(vendor.main or vendor.west)
    doc = {
        "supplierId": vendor.supplier_id,
        "name": name,
        "taxId": vendor.tax_id or None,
        "status": "BLOCKED" if blocked else "ACTIVE",
        "paymentTerms": TERMS["ap"][vendor.term],
        "currency": "USD",
        "sourceSystem": SOURCES[erp] if known else None,
        "sourceReference": vendor.number_in(erp) if known else None,
    }
    return _write("suppliers", vendor.supplier_id, doc, at)


def purchase_order(po: Po, at: datetime) -> Write:
    """AP's copy of a purchase order."""
    doc = {
        "poNumber": po.number,
        "businessUnit": po.entity.unit,
        "supplierId": po.vendor.supplier_id,
        "currency": po.currency,
        "status": AP_PO_STATUS[po.status],
        "orderedAt": iso(po.created),
        "lines": [_po_line(line) for line in po.lines],
    }
    return _write("purchase-orders", po.number, doc, at)


def _po_line(line: PoLine) -> dict[str, Any]:
    return {
        "lineNumber": line.number,
        "itemNumber": line.item.number if line.item else None,
        "description": line.description,
        "quantity": line.qty,
        "unit": UNITS["ap"][line.unit] or None,
        "price": line.price,
        "status": line.status.upper(),
    }


def receipt(row: Receipt, at: datetime) -> Write:
    """AP's copy of a receipt line."""
    doc = {
        "receiptId": f"AR-{row.ref}",
        "businessUnit": row.po.entity.unit,
        "poNumber": row.po.number,
        "poLineNumber": row.line.number,
        "itemNumber": row.line.item.number if row.line.item else None,
        "type": row.kind.upper(),
        "quantity": row.qty,
        "unit": UNITS["ap"][row.unit] or None,
        "receivedAt": iso(row.received),
        "sourceReference": row.ref,
    }
    return _write("receipts", f"AR-{row.ref}", doc, at)


def invoice(paper: Invoice, at: datetime) -> Write:
    """An invoice or credit memo with its lines; a credit memo's amounts are positive."""
    doc = {
        "invoiceId": paper.ref,
        "businessUnit": paper.entity.unit,
        "supplierId": paper.supplier_id,
        "erpSupplierNumber": paper.erp_vendor or None,
        "invoiceNumber": paper.number or None,
        "purchaseOrderNumber": paper.po_number or None,
        "documentType": "CREDIT_MEMO" if paper.kind == "credit" else "INVOICE",
        "invoiceDate": paper.dated.isoformat() if paper.dated else None,
        "receivedAt": iso(paper.received),
        "enteredAt": iso(paper.received),
        "enteredBy": "capture",
        "approvedAt": iso(paper.approved),
        "approvedBy": paper.approver or None,
        "dueDate": paper.due.isoformat() if paper.due else None,
        "paymentTerms": TERMS["ap"][paper.term],
        "currency": paper.currency,
        "totals": {
            "net": paper.net,
            "tax": paper.tax,
            "freight": paper.freight,
            "other": paper.other,
            "gross": paper.gross,
        },
        "status": paper.status.upper(),
        "erpDocumentNumber": paper.document or None,
        "postedAt": iso(paper.posted),
        "remitToAccount": paper.remit_to or None,
        "attachmentIds": f"{paper.ref}.pdf",
        "matchStatus": None,
        "paymentStatus": None,
        "paymentReference": None,
        "holds": [],
        "lines": [_invoice_line(line) for line in paper.lines],
        **paper.extra,
    }
    return _write("invoices", paper.ref, doc, at)


def _invoice_line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "lineNumber": line.number,
        "purchaseOrderNumber": line.po_number or None,
        "purchaseOrderLine": line.po_line,
        "receiptReference": line.receipt_ref or None,
        "creditedInvoiceId": line.credits_ref or None,
        "creditedLine": line.credits_line,
        "itemNumber": line.item_number or None,
        "description": line.description,
        "quantity": line.qty,
        "unit": line.unit or None,
        "unitPrice": line.price,
        "amount": line.amount,
        "taxCode": TAX_CODES["ap"][line.tax_code],
        "account": line.account or None,
        "costCenter": line.cost_center or None,
    }


def invoice_event(paper_ref: str, change: tuple[str, str], at: datetime, *, by: str, human: bool) -> Write:
    """A change of an invoice's status: (from, to) in canonical words, from blank for the first."""
    before, after = change
    key = f"{paper_ref}-{after}"
    doc = {
        "eventId": key,
        "invoiceId": paper_ref,
        "fromStatus": before.upper() or None,
        "toStatus": after.upper(),
        "occurredAt": iso(at),
        "performedBy": by,
        "performedByType": "USER" if human else "SYSTEM",
    }
    return _write("invoice-events", key, doc, at)


def approval(paper: Invoice, at: datetime) -> Write:
    """The approval of an invoice."""
    key = f"{paper.ref}-1"
    doc = {
        "approvalId": key,
        "invoiceId": paper.ref,
        "approver": paper.approver,
        "decidedAt": iso(at),
        "decision": "APPROVED",
        "amount": paper.gross,
        "currency": paper.currency,
    }
    return _write("approvals", key, doc, at)
