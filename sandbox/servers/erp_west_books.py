"""The second ERP's invoices and journal, as documents."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.scenario.domain import ACCOUNTS
from sandbox.servers.ap_documents import Invoice
from sandbox.servers.clearances import Clearance
from sandbox.servers.journal import journal_of
from sandbox.wire.codes import TERMS, compact

INVOICES, JOURNAL = "invoice-documents", "journal-entries"
TERM_OF = {ap: TERMS["erp_west"][code] for code, ap in TERMS["ap"].items()}
PARKED, POSTED = "A", "5"


@dataclass(frozen=True)
class ErpWestBooks:
    """The books of the second ERP."""

    system: str = "erp_west"

    def document_number(self, invoice_key: str, day: datetime, number: int) -> str:
        """A parked document has its number already: number range 52 and the digits of AP's key."""
        return number_of(invoice_key)

    def show(self, session: Session, invoice: Invoice, clearance: Clearance, at: datetime) -> None:
        """Show in the copy of an invoice whether it is cleared or held."""
        shown = {"MATCH_STATUS": clearance.status, "ZLSPR": ",".join(sorted(clearance.holds))}
        self._write(session, invoice, clearance, shown, at)

    def post(self, session: Session, invoice: Invoice, clearance: Clearance, document: str, at: datetime) -> None:
        """Post an invoice. SHKZG says debit (S) or credit (H), WRBTR is signed."""
        self._write(session, invoice, clearance, {"RBSTAT": POSTED, "CPUDT": compact(at)}, at)
        entry: Document = {
            "BELNR": f"JI{document}",
            "BUKRS": clearance.company,
            "MONAT": f"{at:%Y-%m}",
            "CPUDT": compact(at),
            "WAERS": invoice.currency,
            "BLART": "Payables",
            "XBLNR": document,
            "LINES": [
                {
                    "BUZEI": f"{line.number:03d}",
                    "HKONT": line.account,
                    "KOSTL": line.cost_center or "",
                    "SHKZG": "S" if line.amount >= 0 else "H",
                    "WRBTR": _number(line.amount),
                }
                for line in journal_of(invoice, clearance, ACCOUNTS["erp_west"])
            ],
            "AEDTM": compact(at),
        }
        session.put(self.system, JOURNAL, [(entry["BELNR"], entry, at)])

    def _write(self, session: Session, invoice: Invoice, clearance: Clearance, changes: Document, at: datetime) -> None:
        """Write the ERP's copy of an invoice, made from what AP shows; what the ERP alone knows is kept."""
        known = session.about_invoice(self.system, INVOICES, invoice.key)
        key, kept = (known[0].key, known[0].doc) if known else (number_of(invoice.key), {"RBSTAT": PARKED, "CPUDT": ""})
        doc = {
            **kept,
            "BELNR": key,
            "BUKRS": clearance.company,
            "LIFNR": invoice.vendor_number or "",
            "XBLNR": invoice.number or "",
            "BLART": "KG" if invoice.is_credit else "RE",
            "BLDAT": (invoice.invoice_date or "").replace("-", ""),
            "EBELN": invoice.po_number or "",
            "ZTERM": TERM_OF.get(invoice.terms or "", ""),
            "FAEDT": (invoice.due_date or "").replace("-", ""),
            "WAERS": invoice.currency,
            "NETWR": _number(invoice.net),
            "WMWST": _number(invoice.tax),
            "FRACHT": _number(invoice.freight),
            "ZUSCHLAG": _number(invoice.other),
            "RMWWR": _number(invoice.gross),
            "AP_REF": invoice.key,
            "AEDTM": compact(at),
            **changes,
        }
        session.put(self.system, INVOICES, [(key, doc, at)])


def number_of(invoice_key: str) -> str:
    """The number of the ERP's document of an invoice."""
    return "52" + "".join(character for character in invoice_key if character.isdigit())


def _number(value: Decimal) -> str:
    return str(value).replace(".", ",")
