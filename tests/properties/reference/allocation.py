"""Which invoice line takes which receipt (docs/reference/matching.md, section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.properties.reference.netting import NetLine, NetReceipt


@dataclass(frozen=True, order=True)
class Allocation:
    """A quantity of a receipt taken by an invoice line, or (method header) by a summary invoice as a whole."""

    line: int
    receipt: str | None
    invoice: str
    invoice_line: int | None
    qty: Decimal
    method: str


def allocate(number: int, receipts: Sequence[NetReceipt], lines: Sequence[NetLine]) -> list[Allocation]:
    """Allocate what is open on receipts to lines that take part, both in their order."""
    explicit = [
        take(number, receipt, line, "explicit")
        for line in lines
        for receipt in receipts
        if line.names_receipt == receipt.ref
    ]
    fifo = [take(number, receipt, line, "fifo") for line in lines for receipt in receipts]
    return [allocation for allocation in explicit + fifo if allocation.qty > 0]


def take(number: int, receipt: NetReceipt, line: NetLine, method: str) -> Allocation:
    """Take the lesser of what is open on either. First come, first served: walking in order cuts the same intervals."""
    qty = min(receipt.open, line.unallocated)
    receipt.open -= qty
    line.allocated += qty
    return Allocation(number, receipt.ref, *line.key, qty, method)
