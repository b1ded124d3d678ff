"""What the rules answer (docs/reference/matching.md, sections 6 and 8)."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tests.properties.reference.allocation import Allocation

LineKey = tuple[str, int]
"""An invoice's ref and its line's number."""


@dataclass
class Finding:
    """What stands against the rules. Its subject is an invoice, a line of it, or a line of the order."""

    code: str
    subject: str | LineKey | int
    at_risk: Decimal
    blocking: bool
    released: bool = False
    actual: Decimal | None = None

    @property
    def invoice(self) -> str | None:
        """The invoice that it is on, where it is on one."""
        if isinstance(self.subject, int):
            return None
        return self.subject if isinstance(self.subject, str) else self.subject[0]


@dataclass
class LineAnswer:
    """A line's verdict and the figures behind it. What a line out of matching has no figure for is empty."""

    verdict: str
    order_line: int | None
    policy: str | None = None
    net_qty: Decimal | None = None
    allocated_qty: Decimal | None = None
    unallocated_qty: Decimal | None = None
    cum_invoiced: Decimal | None = None
    invoice_unit_price: Decimal | None = None
    price_variance_amount: Decimal | None = None
    next_change_at: datetime | None = None


@dataclass
class InvoiceAnswer:
    """An invoice's verdict, how many holds stop it, and the money at risk."""

    verdict: str
    blocking_holds: int
    at_risk: Decimal


@dataclass
class Answer:
    """All that the rules say of one case."""

    lines: dict[LineKey, LineAnswer] = field(default_factory=dict)
    invoices: dict[str, InvoiceAnswer] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
