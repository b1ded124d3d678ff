"""The journal entry of a posted invoice: one debit per line and charge, one credit for the whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sandbox.servers.ap_documents import Invoice
from sandbox.servers.clearances import Clearance


@dataclass(frozen=True)
class Accounts:
    """Where an ERP books what an invoice line does not say."""

    payables: str
    goods: str
    tax: str
    charges: str


@dataclass(frozen=True)
class JournalLine:
    """A line of a journal entry; a debit is positive."""

    number: int
    account: str
    cost_center: str | None
    amount: Decimal


def journal_of(invoice: Invoice, clearance: Clearance, accounts: Accounts) -> list[JournalLine]:
    """Return the balanced journal entry of an invoice or credit memo.

    Lines are coded as the clearance says, else as the invoice says, else to goods received. A header that does not
    foot is balanced against charges. A credit memo is booked with signs turned.
    """
    sign = -1 if invoice.is_credit else 1
    amounts = [(account, center, amount) for account, center, amount in _debits(invoice, clearance, accounts) if amount]
    rest = invoice.gross - sum((amount for _, _, amount in amounts), Decimal(0))
    if rest:
        amounts.append((accounts.charges, None, rest))
    amounts.append((accounts.payables, None, -invoice.gross))
    return [
        JournalLine(number, account, center, sign * amount)
        for number, (account, center, amount) in enumerate(amounts, start=1)
    ]


def _debits(invoice: Invoice, clearance: Clearance, accounts: Accounts) -> Iterator[tuple[str, str | None, Decimal]]:
    for line in invoice.lines:
        account, center = clearance.coding_of(line.number)
        yield account or line.account or accounts.goods, center or line.cost_center, line.amount
    yield accounts.tax, None, invoice.tax
    yield accounts.charges, None, invoice.freight + invoice.other
