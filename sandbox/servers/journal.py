"""The journal entry of a posted invoice: one debit per line and charge, one credit for the whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sandbox.servers.ap_documents import Invoice
from sandbox.servers.clearances import Clearance

# Account, cost centre, amount.
Entry = tuple[str, str | None, Decimal]


@dataclass(frozen=True)
class JournalLine:
    """A line of a journal entry; a debit is positive."""

    number: int
    account: str
    cost_center: str | None
    amount: Decimal


def journal_of(invoice: Invoice, clearance: Clearance, accounts: Mapping[str, str]) -> list[JournalLine]:
    """Return the balanced journal entry of an invoice or credit memo.

    A line that names a purchase order clears goods received; another is booked as the clearance codes it, else as
    the invoice does. An invoice without lines clears goods received by its net amount. A header that does not foot is
    balanced against charges. A credit memo turns the signs.

    Args:
        invoice: what AP shows.
        clearance: what was said about posting it.
        accounts: the ERP's account of payables, received, tax and charges.
    """
    sign = -1 if invoice.is_credit else 1
    entries = [entry for entry in _debits(invoice, clearance, accounts) if entry[2]]
    rest = invoice.gross - sum((amount for _, _, amount in entries), Decimal(0))
    if rest:
        entries.append((accounts["charges"], None, rest))
    entries.append((accounts["payables"], None, -invoice.gross))
    return [
        JournalLine(number, account, center, sign * amount)
        for number, (account, center, amount) in enumerate(entries, start=1)
    ]


def _debits(invoice: Invoice, clearance: Clearance, accounts: Mapping[str, str]) -> Iterator[Entry]:
    for line in invoice.lines:
        account, center = clearance.coding_of(line.number)
        expense = account or line.account or accounts["charges"]
        yield accounts["received"] if line.po_number else expense, center or line.cost_center, line.amount
    if not invoice.lines:
        yield accounts["received"], None, invoice.net
    yield accounts["tax"], None, invoice.tax
    yield accounts["charges"], None, invoice.freight + invoice.other
