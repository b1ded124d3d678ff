"""What a hospital sent to its bank and what the bank says of it. Amounts in the currency beside them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

SENT, BOOKED = date(2026, 3, 10), date(2026, 3, 11)
UNKNOWN = "X"
"""The account of which nobody knows whose it is."""


@dataclass(frozen=True)
class Payment:
    """A payment. ``entity`` is A or B; ``pays`` are numbers of invoices."""

    ref: str
    amount: Decimal
    end_to_end_id: str | None = None
    instruction_id: str | None = None
    cheque_number: str | None = None
    group_ref: str | None = None
    batch_ref: str | None = None
    pays: tuple[str, ...] = ()
    entity: str = "A"
    vendor: str = "V"
    currency: str = "USD"
    method: str = "credit_transfer"
    status: str = "sent"
    sent_on: date = SENT

    @property
    def is_known(self) -> bool:
        """Whether a bank can know it: it is more than a proposal, and not of nothing."""
        return self.status != "proposed" and self.amount > 0


@dataclass(frozen=True)
class Entry:
    """An entry of a statement, money out negative. ``account`` is that of entity A or B, or ``UNKNOWN``.

    ``statement`` is 1, or 2 for the statement that came again under another id. ``party`` is a vendor, a vendor's
    number (``V#``) or somebody else.
    """

    ref: str
    amount: Decimal
    end_to_end_id: str | None = None
    instruction_id: str | None = None
    cheque_number: str | None = None
    bank_ref: str | None = None
    group_ref: str | None = None
    batch_count: int | None = None
    structured_ref: str | None = None
    party: str | None = None
    charges: Decimal | None = None
    original_amount: Decimal | None = None
    original_currency: str | None = None
    return_reason: str | None = None
    reversal: bool = False
    code: str | None = None
    account: str = "A"
    currency: str = "USD"
    booked: date = BOOKED
    statement: int = 1


@dataclass(frozen=True)
class Notice:
    """An entry of a notification, which ties the bank's reference to an end-to-end id."""

    ref: str
    amount: Decimal
    end_to_end_id: str | None = None
    bank_ref: str | None = None
    account: str | None = "A"
    booked: date | None = BOOKED


@dataclass(frozen=True)
class Word:
    """An answer of the bank. ``level`` is file, group or payment; ``names`` is the payment's end-to-end id there."""

    ref: str
    status: str
    names: str | None = None
    instruction_id: str | None = None
    level: str = "payment"
    reason: str | None = None
    on: date = BOOKED


@dataclass(frozen=True)
class Ruling:
    """What a person said of an entry: that it is these payments, or (``apart``) none of them. In the order of time."""

    ref: str
    entry: str
    payments: tuple[str, ...]
    apart: bool = False


@dataclass(frozen=True)
class Case:
    """Everything about a few payments that have nothing to do with those of other cases."""

    payments: tuple[Payment, ...] = ()
    entries: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    words: tuple[Word, ...] = ()
    rulings: tuple[Ruling, ...] = ()
