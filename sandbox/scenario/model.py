"""What a day of the estate consists of: writes, files, labels and what AP's clerks do."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

FIRST_DAY = date(2026, 3, 1)


def date_of(day: int) -> date:
    """The calendar date of a simulated day; day 1 is 2026-03-01."""
    return FIRST_DAY + timedelta(days=day - 1)


def day_of(when: date) -> int:
    """The simulated day of a calendar date."""
    return (when - FIRST_DAY).days + 1


@dataclass(frozen=True, slots=True)
class Write:
    """One record as its platform holds it from `at` on, in the platform's own field names.

    The document is whole: it replaces what was there under (system, table, key). `table` is a table of schema
    erp_main (`sandbox.wire.erp_main.TABLES`) or a collection of an API (`sandbox.wire.COLLECTIONS`).
    """

    system: str
    table: str
    key: tuple[str, ...]
    doc: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class FileDrop:
    """One file that appears at `path` (relative to the system's root) at `at`."""

    system: str
    path: str
    content: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Label:
    """What was injected, and when it can be seen. The pipeline never reads labels.

    Args:
        code: the finding's code; for kind quarantine what is wrong: uncastable, missing, unknown_entity.
        subject_type: invoice_line, invoice, po_line, receipt, item, item_location or record; for kind quarantine the
            interface object.
        subject: canonical id; for kind quarantine '<system>:<record key>'.
        injected_on: the day on which the case began.
        due_on: visible once this day was played and processed (as_of = its end, 24:00 UTC), not before.
        cleared_on: gone once this day was played and processed, because later data clear it.
        cleared_by: '' while it stays; 'data' with cleared_on; 'feedback' where the pipeline's own repair clears it.
        case: injected findings of one case share a PO or an invoice.
        kind: finding, quarantine, informational (a finding that is not judged here and comes with a decoy), or vendor
            (a vendor number; its case is the organisation behind it).
    """

    code: str
    subject_type: str
    subject: str
    injected_on: date
    due_on: date
    cleared_on: date | None = None
    cleared_by: str = ""
    case: str = ""
    kind: str = "finding"

    def visible_on(self, day: date) -> bool:
        """Whether data alone say that the finding stands at the end of `day`."""
        return self.due_on <= day and (self.cleared_on is None or day < self.cleared_on)


@dataclass(frozen=True, slots=True)
class ClerkAction:
    """An AP clerk releases a hold on `day`, if AP shows it then.

    Args:
        invoice_ref: AP's invoice key.
        line: the invoice line, None for a hold on the whole invoice.
        code: in AP's words, such as `price-over`.
    """

    day: int
    invoice_ref: str
    line: int | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class DayPlay:
    """Everything that happens on one simulated day, in order of time."""

    day: int
    writes: list[Write] = field(default_factory=list)
    files: list[FileDrop] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    clerk_actions: list[ClerkAction] = field(default_factory=list)
