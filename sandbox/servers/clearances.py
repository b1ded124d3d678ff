"""Clearances of AP's invoices for posting, as both ERPs keep them."""

from dataclasses import dataclass

from sandbox.reactions import show_clearance
from sandbox.servers.http import refuse
from sandbox.store import Document, Session, Stored

COLLECTION = "invoice-clearances"
STATUSES = ("cleared", "held")


@dataclass(frozen=True)
class Clearance:
    """Whether an invoice may be posted.

    Args:
        invoice: AP's invoice key.
        company: the ERP's code of the entity billed.
        status: cleared or held.
        holds: names of the holds, in the ERP's words.
        coding: account and cost centre by line number.
    """

    invoice: str
    company: str
    status: str
    holds: tuple[str, ...]
    coding: dict[int, tuple[str | None, str | None]]
