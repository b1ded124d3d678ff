"""The second ERP's invoices and journal, as documents."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.servers.ap_documents import Invoice
from sandbox.servers.clearances import Clearance
from sandbox.servers.journal import Accounts, journal_of
from sandbox.store import Document, Session

INVOICES, JOURNAL = "invoice-documents", "journal-entries"
ACCOUNTS = Accounts(payables="160000", goods="191100", tax="154000", charges="473000")
PARKED, POSTED = "PARKED", "POSTED"


@dataclass(frozen=True)
class ErpWestBooks:
    """The books of the second ERP."""

    system: str = "erp_west"

    def document_number(self, day: datetime, number: int) -> str:
        """Number range 51, month and day, four digits of the number."""
        return f"51{day:%m%d}{number:04d}"

    def show(self, session: Session, invoice: Invoice, clearance: Clearance, at: datetime) -> None:
        """Show in the copy of an invoice whether it is cleared or held."""
        shown = {"releaseStatus": clearance.status, "blockingReasons": sorted(clearance.holds)}
        self._write(session, invoice, clearance, shown, at)

    def post(self, session: Session, invoice: Invoice, clearance: Clearance, document: str, at: datetime) -> None:
        """Post an invoice."""
        self._write(session, invoice, clearance, {"status": POSTED, "documentNumber": document, "postedAt": at}, at)
        for line in journal_of(invoice, clearance, ACCOUNTS):
            entry = {
                "journalEntry": document,
                "item": line.number,
                "companyCode": clearance.company,
                "glAccount": line.account,
                "costCenter": line.cost_center,
                "postingPeriod": f"{at:%Y-%m}",
                "postedAt": at,
                "amount": line.amount,
                "currency": invoice.currency,
                "reference": invoice.key,
                "changedAt": at,
            }
            session.put(self.system, JOURNAL, [(f"{document}|{line.number}", entry, at)])

    def _write(self, session: Session, invoice: Invoice, clearance: Clearance, changes: Document, at: datetime) -> None:
        """Write the ERP's copy of an invoice, made from what AP shows; what the ERP alone knows is kept."""
        known = session.find(self.system, INVOICES, {"sourceInvoice": invoice.key})
        key, kept = (known[0].key, known[0].doc) if known else (f"W{invoice.key}", {"status": PARKED})
        doc = {
            **kept,
            "invoiceDocument": key,
            "companyCode": clearance.company,
            "supplier": invoice.supplier,
            "reference": invoice.number,
            "documentType": "KG" if invoice.is_credit else "RE",
            "documentDate": invoice.invoice_date,
            "currency": invoice.currency,
            "netAmount": invoice.net,
            "taxAmount": invoice.tax,
            "grossAmount": invoice.gross,
            "sourceInvoice": invoice.key,
            "changedAt": at,
            **changes,
        }
        session.put(self.system, INVOICES, [(key, doc, at)])
