"""Duplicate invoices: the exact rule and the five kinds of suspicion (docs/reference/matching.md, section 7)."""

from collections.abc import Sequence
from datetime import date

from tests.properties.reference.documents import Invoice
from tests.scenarios import duplicate_reference

DAYS_OF_A_YEAR = 365


def duplicates(invoices: Sequence[Invoice]) -> dict[str, str]:
    """Each duplicate with its original, by the exact rule."""
    found = {}
    for later in invoices:
        originals = [first for first in invoices if rank(first) < rank(later) and is_duplicate(first, later)]
        if originals:
            found[later.ref] = min(originals, key=rank).ref
    return found


def suspects(invoices: Sequence[Invoice]) -> set[str]:
    """Those that are suspected, of whichever kind."""
    billed = [
        duplicate_reference.Billed(
            invoice_id=invoice.ref,
            vendor=invoice.vendor,
            number=invoice.number or "",
            gross=invoice.gross,
            currency=invoice.currency,
            kind=invoice.kind,
            on=invoice.date,
            received_at=invoice.received_at,
            status=invoice.status,
            named=tuple((str(line.line) if line.line else None, line.receipt) for line in invoice.lines)
            or (("order", None),) * invoice.names_order,
        )
        for invoice in invoices
        if invoice.date
    ]
    return {ref for ref, code in duplicate_reference.duplicates(billed) if code == "DUPLICATE_SUSPECT"}


def rank(invoice: Invoice) -> tuple[int, object, str]:
    """The lower is the original: paid, else posted, else received earlier."""
    settled = {"paid": 0, "posted": 1}.get(invoice.status, 2)
    return settled, invoice.received_at, invoice.ref


def is_duplicate(first: Invoice, later: Invoice) -> bool:
    """Same vendor, kind, normalised number and gross, neither cancelled, at most a year apart."""
    return (
        comparable(first, later)
        and same_vendor(first, later)
        and same_number(first, later)
        and first.gross == later.gross
        and days_apart(first, later) <= DAYS_OF_A_YEAR
    )


def comparable(first: Invoice, later: Invoice) -> bool:
    """Two papers of one kind, both with a date, neither cancelled, at most 36 months apart."""
    if "cancelled" in (first.status, later.status) or first.date is None or later.date is None:
        return False
    if (first.kind, first.currency) != (later.kind, later.currency):
        return False
    return max(first.date, later.date) <= months_after(min(first.date, later.date), 36)


def same_vendor(first: Invoice, later: Invoice) -> bool:
    """Whether both are of one vendor; an unknown one is the same where the source gives it the same number."""
    return first.vendor == later.vendor


def same_number(first: Invoice, later: Invoice) -> bool:
    """Whether both have the same normalised number; empty equals nothing."""
    return bool(first.number) and first.number == later.number


def days_apart(first: Invoice, later: Invoice) -> int:
    """Days between the dates of two invoices that have one."""
    assert first.date and later.date
    return abs((first.date - later.date).days)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date.resolution).day
    return date(year, month + 1, min(day.day, last))
