"""What a day of the estate consists of: writes, files, labels and what AP's clerks do."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
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
class Booking:
    """An entry that the bank books on the account of an entity on a day; money out is negative.

    Args:
        entity_id: whose account it is.
        kind: transfer, ach, cheque, sweep, fee, return or reversal.
        amount: signed, in the account's currency, US dollars.
        reference: the bank's own.
        party: the other side; blank where the bank does not say.
        text: remittance information.
        group_ref: of the group of a file that the payment came in.
        return_reason: why money came back.
        charges: what the amount holds of charges, positive.
        original: amount, currency and rate of what was paid in another currency.
        owed_currency: that the payment was asked for in.
        batch_count: how many payments are booked in one sum; 0 where it is one payment.
    """

    entity_id: str
    kind: str
    amount: Decimal
    reference: str
    party: str
    text: str
    end_to_end_id: str = ""
    instruction_id: str = ""
    group_ref: str = ""
    message_id: str = ""
    cheque_number: str = ""
    structured_ref: str = ""
    return_reason: str = ""
    charges: Decimal | None = None
    original: tuple[Decimal, str, Decimal] | None = None
    batch_count: int = 0
    owed_currency: str = "USD"

    @property
    def is_owed_abroad(self) -> bool:
        """Whether what was paid is owed in another currency; else only the creditor's account is kept in one."""
        return self.original is not None and self.owed_currency == self.original[1]


@dataclass(frozen=True, slots=True)
class BankRequest:
    """Something that the bank is to do to a payment or statement, where everything would go well otherwise.

    Args:
        kind: see sandbox/README.md, What the bank does on request.
        payment: an end-to-end id; any where blank.
        account: of a creditor; any where blank.
        entity: whose payments or statements; any where blank.
        amount: of a fee, or of the part that is paid.
        reason: why it comes back or is refused.
        after: days until the second part happens; the usual ones of its kind where it is None.
        times: how often it strikes; each time where it is None.
        rate: US dollars for one unit of `currency`.
    """

    kind: str
    payment: str = ""
    account: str = ""
    entity: str = ""
    amount: Decimal | None = None
    reason: str = ""
    after: int | None = None
    times: int | None = 1
    currency: str = ""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DayPlay:
    """Everything that happens on one simulated day, in order of time."""

    day: int
    writes: list[Write] = field(default_factory=list)
    files: list[FileDrop] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    clerk_actions: list[ClerkAction] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    requests: list[BankRequest] = field(default_factory=list)
    rates: dict[str, Decimal] = field(default_factory=dict)  # US dollars for one unit of a currency
