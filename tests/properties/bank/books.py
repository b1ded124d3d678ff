"""What becomes of entries and payments, as rules and models both say it."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Link:
    """What a rung says of an entry and a payment: taken, asked or exhausted, and how much the entry takes."""

    entry: str
    payment: str
    rung: int
    way: str
    outcome: str
    amount: Decimal


@dataclass(frozen=True)
class EntryEnd:
    """How an entry ends; amounts in its currency."""

    state: str
    rung: int | None
    is_asked: bool
    needs_person: bool
    fee: Decimal
    difference: Decimal


@dataclass(frozen=True)
class PaymentEnd:
    """What became of a payment; amounts in its currency."""

    state: str
    rung: int | None
    settled: Decimal
    returned: Decimal
    entries: int
    reason: str | None


@dataclass
class Books:
    """All of a case."""

    links: set[Link] = field(default_factory=set)
    entries: dict[str, EntryEnd] = field(default_factory=dict)
    payments: dict[str, PaymentEnd] = field(default_factory=dict)
