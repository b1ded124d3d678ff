"""Duplicates by the rules as they read, all compared with all (docs/reference/matching.md, section 7).

Slow and plain on purpose: it shares nothing with the models that it is compared with.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

WEEKS, MONTHS = range(6, 9), range(27, 33)
STANDING = {"paid": 1, "posted": 2}


@dataclass(frozen=True)
class Billed:
    """An invoice or credit as duplicates see it; ``named`` are the PO line and receipt line of each of its lines."""

    invoice_id: str
    vendor: str
    number: str
    gross: Decimal
    currency: str
    kind: str
    on: date
    received_at: datetime
    status: str
    named: tuple[tuple[str | None, str | None], ...]

    def place(self) -> tuple[int, datetime, str]:
        """Paid before posted before the rest, then by date received and id."""
        return STANDING.get(self.status, 3), self.received_at, self.invoice_id


Found = dict[tuple[str, str], tuple[str, str]]
"""By invoice and code: the rule and the original."""


def duplicates(invoices: Iterable[Billed]) -> Found:
    """Who is a duplicate of whom, by which rule: the first of its originals is named."""
    found: Found = {}
    standing = sorted((i for i in invoices if i.status != "cancelled"), key=Billed.place)
    for position, later in enumerate(standing):
        for original in standing[:position]:
            rule = rule_between(original, later, standing)
            if rule:
                code = "DUPLICATE_INVOICE" if rule == "exact" else "DUPLICATE_SUSPECT"
                found.setdefault((later.invoice_id, code), (rule, original.invoice_id))
    return found


def rule_between(one: Billed, other: Billed, invoices: list[Billed]) -> str | None:
    """The first rule that fires between two invoices, none being the original yet."""
    first, last = sorted((one, other), key=lambda i: i.on)
    days = (last.on - first.on).days
    if (one.kind, one.currency) != (other.kind, other.currency) or last.on > months_later(first.on, 36):
        return None
    if one.vendor != other.vendor:
        return None  # kind c wants a review cluster, which no record gives yet
    same_number = one.number == other.number != ""
    exempt = is_apart(one, other)
    if one.gross != other.gross:
        return "b" if same_number and days <= 365 and not exempt else None
    if same_number:
        return "exact" if days <= 365 else "e"
    if exempt or recurs(last, invoices):
        return None
    if days == 0:
        return "a"
    return "d" if days <= 10 and is_near(one.number, other.number) else None


def is_apart(one: Billed, other: Billed) -> bool:
    """Whether all lines of both name PO lines, or receipt lines, and they have none in common."""
    for column in (0, 1):
        ours, theirs = ({line[column] for line in i.named} for i in (one, other))
        if ours and theirs and None not in ours | theirs and not ours & theirs:
            return True
    return False


def recurs(invoice: Billed, invoices: list[Billed]) -> bool:
    """Whether the gaps between it and its three predecessors are all weeks or all months."""
    alike = (invoice.vendor, invoice.currency, invoice.gross, invoice.kind)
    earlier = [i.on for i in invoices if (i.vendor, i.currency, i.gross, i.kind) == alike and i.on < invoice.on]
    gaps = [(after - before).days for before, after in pairwise([*sorted(earlier)[-3:], invoice.on])]
    return len(gaps) == 3 and (all(g in WEEKS for g in gaps) or all(g in MONTHS for g in gaps))


def is_near(one: str, other: str) -> bool:
    """One edit apart, or one is the other and at most three characters; a sequence is not."""
    if min(len(one), len(other)) < 4:
        return False
    shorter, longer = sorted((one, other), key=len)
    continued = longer.startswith(shorter) and len(longer) - len(shorter) <= 3
    ends = [trailing_number(number) for number in (one, other)]
    in_sequence = None not in ends and abs(ends[0] - ends[1]) == 1  # type: ignore[operator]
    return (continued or distance(one, other) == 1) and not in_sequence


def trailing_number(number: str) -> int | None:
    """The digits that it ends in."""
    digits = number[len(number.rstrip("0123456789")) :]
    return int(digits) if digits else None


def distance(one: str, other: str) -> int:
    """Insertions, deletions and replacements between two texts."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        above, row[0] = row[0], i
        for j, right in enumerate(other, start=1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (left != right))
    return row[-1]


def months_later(day: date, months: int) -> date:
    """The date some calendar months later, at most the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)
