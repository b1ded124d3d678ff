"""The first ERP's invoices and journal, in its tables."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.scenario.domain import ACCOUNTS
from sandbox.servers.ap_documents import Invoice
from sandbox.servers.clearances import Clearance
from sandbox.servers.journal import journal_of
from sandbox.wire.codes import TERMS

INVOICES, JOURNAL = "ap_invoices_all", "gl_je_lines"
TERM_OF = {ap: TERMS["erp_main"][code] for code, ap in TERMS["ap"].items()}
ENTERED, POSTED = "ENTERED", "POSTED"


@dataclass(frozen=True)
class ErpMainBooks:
    """The books of the first ERP."""

    system: str = "erp_main"

    def document_number(self, invoice_key: str, day: datetime, number: int) -> str:
        """Eight digits of the day, four of the number."""
        return f"{day:%Y%m%d}{number:04d}"

    def show(self, session: Session, invoice: Invoice, clearance: Clearance, at: datetime) -> None:
        """Show in the copy of an invoice whether it is cleared or held."""
        row = self._copy(session, invoice, clearance)
        changes = {"match_status": clearance.status, "hold_names": ",".join(sorted(clearance.holds)) or None}
        session.put_rows(INVOICES, [{**row, **changes, "last_update_date": at}])

    def post(self, session: Session, invoice: Invoice, clearance: Clearance, document: str, at: datetime) -> None:
        """Post an invoice."""
        row = self._copy(session, invoice, clearance)
        changes = {"invoice_status": POSTED, "doc_sequence_value": document, "gl_date": at, "last_update_date": at}
        session.put_rows(INVOICES, [{**row, **changes}])
        lines = journal_of(invoice, clearance, ACCOUNTS["erp_main"])
        session.put_rows(
            JOURNAL,
            (
                {
                    "je_header_id": f"JI{document}",
                    "je_line_num": line.number,
                    "org_code": clearance.company,
                    "natural_account": line.account,
                    "cost_center": line.cost_center,
                    "period_name": at.strftime("%b-%y").upper(),
                    "posted_date": at,
                    "entered_dr": max(line.amount, Decimal(0)),
                    "entered_cr": max(-line.amount, Decimal(0)),
                    "accounted_amount": line.amount,
                    "currency_code": invoice.currency,
                    "je_source": "Payables",
                    "reference_id": document,
                    "last_update_date": at,
                }
                for line in lines
            ),
        )

    def _copy(self, session: Session, invoice: Invoice, clearance: Clearance) -> Document:
        """The ERP's row of an invoice, made from what AP shows; what the ERP alone knows is kept."""
        known = session.rows(INVOICES, {"source_invoice_ref": invoice.key})
        kept = known[0] if known else {"invoice_id": f"M-{invoice.key}", "invoice_status": ENTERED}
        return {
            **kept,
            "org_code": clearance.company,
            "vendor_num": invoice.vendor_number,
            "invoice_num": invoice.number,
            "invoice_type_lookup_code": "CREDIT" if invoice.is_credit else "STANDARD",
            "invoice_date": invoice.invoice_date,
            "po_num": invoice.po_number,
            "terms_name": TERM_OF.get(invoice.terms or ""),
            "due_date": invoice.due_date,
            "invoice_currency_code": invoice.currency,
            "net_amount": invoice.net,
            "tax_amount": invoice.tax,
            "freight_amount": invoice.freight,
            "other_amount": invoice.other,
            "invoice_amount": invoice.gross,
            "source_invoice_ref": invoice.key,
        }
