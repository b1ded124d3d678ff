"""Clearances of AP's invoices for posting, as both ERPs keep them."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers.http import json_answer, refuse
from sandbox.store import Store

SHOWN = "invoice-clearances"
KEPT = "clearance-book"
STATUSES = ("cleared", "held")


@dataclass(frozen=True)
class Clearance:
    """Whether an invoice may be posted.

    Args:
        invoice: AP's invoice key.
        company: the ERP's code of the entity billed.
        status: cleared or held.
        holds: names of the holds, in the ERP's words.
        coding: line number, account and cost centre, by line.
    """

    invoice: str
    company: str
    status: str
    holds: tuple[str, ...]
    coding: tuple[tuple[int, str | None, str | None], ...]

    def coding_of(self, line: int) -> tuple[str | None, str | None]:
        """Account and cost centre of a line; None where nothing was said."""
        return next(((account, center) for number, account, center in self.coding if number == line), (None, None))


def answer(store: Store, system: str, request: Request) -> Response:
    """Answer the clearance of the invoice that a path names.

    Raises:
        HTTPException: 404.
    """
    with store.session() as session:
        found = session.get(system, SHOWN, request.path_params["invoice"])
    if found is None:
        raise refuse(404, "not_found", "There is no clearance of this invoice.")
    return json_answer(request, found.text)


def keep_clearance(session: Session, system: str, clearance: Clearance, shown: Document, at: datetime) -> None:
    """Keep a clearance; it replaces an earlier one of the invoice."""
    kept = {
        "invoice": clearance.invoice,
        "company": clearance.company,
        "status": clearance.status,
        "holds": clearance.holds,
        "coding": clearance.coding,
        "posted": False,
    }
    session.put(system, SHOWN, [(clearance.invoice, shown, at)])
    session.put(system, KEPT, [(clearance.invoice, kept, at)])


def cleared_and_not_posted(session: Session, system: str) -> list[Clearance]:
    """Return the clearances whose invoices wait for posting, by invoice."""
    found = session.find(system, KEPT, {"status": "cleared", "posted": False})
    return [_clearance(stored.doc) for stored in found]


def mark_posted(session: Session, system: str, clearance: Clearance, at: datetime) -> None:
    """Remember that an invoice was posted, whatever is said about it later."""
    session.overlay(system, KEPT, clearance.invoice, {"posted": True}, at)


def _clearance(doc: Document) -> Clearance:
    return Clearance(
        invoice=doc["invoice"],
        company=doc["company"],
        status=doc["status"],
        holds=tuple(doc["holds"]),
        coding=tuple((int(line), account, center) for line, account, center in doc["coding"]),
    )
