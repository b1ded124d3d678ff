"""How each ERP keeps its copy of AP's invoices, and what it books when it posts one."""

from datetime import datetime
from typing import Protocol

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers.ap_documents import Invoice, read_invoice
from sandbox.servers.clearances import STATUSES, Clearance, keep_clearance
from sandbox.servers.erp_main_books import ErpMainBooks
from sandbox.servers.erp_west_books import ErpWestBooks
from sandbox.servers.http import refuse


class Books(Protocol):
    """The invoices of an ERP."""

    @property
    def system(self) -> str:
        """The ERP's name."""
        ...

    def show(self, session: Session, invoice: Invoice, clearance: Clearance, at: datetime) -> None:
        """Show in the ERP's copy of an invoice whether it is cleared or held."""

    def post(self, session: Session, invoice: Invoice, clearance: Clearance, document: str, at: datetime) -> None:
        """Post an invoice under a document number, with a balanced journal entry."""

    def document_number(self, invoice_key: str, day: datetime, number: int) -> str:
        """The document number of an invoice that is the n-th to be posted on a day."""
        ...


BOOKS: dict[str, Books] = {books.system: books for books in (ErpMainBooks(), ErpWestBooks())}


def take_over(session: Session, system: str, clearance: Clearance, shown: Document) -> None:
    """Keep a clearance at an ERP and show it in its copy of the invoice.

    Raises:
        HTTPException: 422 for an unknown status, 404 for an invoice that AP does not have.
    """
    if clearance.status not in STATUSES:
        raise refuse(422, "invalid", f"An invoice is {' or '.join(STATUSES)}, not {clearance.status!r}.")
    stored = session.get("ap", "invoices", clearance.invoice, lock=True)
    if stored is None:
        raise refuse(404, "not_found", f"There is no invoice {clearance.invoice}.")
    now = session.now()
    keep_clearance(session, system, clearance, shown, now)
    BOOKS[system].show(session, read_invoice(stored.doc), clearance, now)
