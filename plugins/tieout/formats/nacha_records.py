"""Records of a NACHA (ACH) file: 94 characters, fields by position (Nacha Operating Rules, appendix three)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

RECORD, BLOCK = 94, 10  # characters of a record, records of a block
FILLER = "9" * RECORD
CREDITS_ONLY = "220"
CORPORATE = "CCD"  # cash concentration or disbursement: between companies
CENTS = Decimal("0.01")


@dataclass(frozen=True)
class Slot:
    """A field: its width, and whether it is numeric (right, filled with zeros) or alphameric (left, with blanks)."""

    name: str
    width: int
    numeric: bool = False


Layout = tuple[Slot, ...]
Values = Mapping[str, str | int]


def _layout(fields: str) -> Layout:
    """Read ``name:width`` (alphameric) and ``name:width#`` (numeric)."""
    slots = tuple(
        Slot(name, int(width.rstrip("#")), width.endswith("#"))
        for name, width in (field.split(":") for field in fields.split())
    )
    if sum(slot.width for slot in slots) != RECORD:
        raise ValueError(f"The layout {fields} is not {RECORD} characters wide.")
    return slots


FILE_HEADER = _layout(
    "type:1 priority:2# destination:10 origin:10 date:6 time:4 modifier:1 size:3 blocking:2 format:1"
    " destination_name:23 origin_name:23 reference:8"
)
BATCH_HEADER = _layout(
    "type:1 service:3 company_name:16 discretionary:20 company_id:10 class:3 description:10 descriptive_date:6"
    " effective_date:6 settlement_date:3 status:1 odfi:8 batch:7#"
)
ENTRY = _layout(
    "type:1 transaction:2# rdfi:8 check_digit:1 account:17 cents:10# identification:15 name:22 discretionary:2"
    " addenda:1# trace:15#"
)
ADDENDA = _layout("type:1 addenda_type:2# text:80 sequence:4# entry:7#")
RETURNED = _layout("type:1 addenda_type:2# code:3 original_trace:15# date_of_death:6 original_rdfi:8 text:44 trace:15#")
CHANGED = _layout(
    "type:1 addenda_type:2# code:3 original_trace:15# reserved:6 original_rdfi:8 corrected:29 reserved_2:15 trace:15#"
)
BATCH_CONTROL = _layout(
    "type:1 service:3 count:6# hash:10# debit:12# credit:12# company_id:10 authentication:19 reserved:6 odfi:8 batch:7#"
)
FILE_CONTROL = _layout("type:1 batches:6# blocks:6# count:8# hash:10# debit:12# credit:12# reserved:39")


def render(layout: Layout, values: Values) -> str:
    """Return a record; a field that ``values`` lacks is blank or zero.

    Raises:
        ValueError: a value is wider than its field; the message names the field only.
    """
    return "".join(_field(slot, str(values.get(slot.name, ""))) for slot in layout)


def split(layout: Layout, line: str) -> dict[str, str]:
    """Return a record's fields by name, without the blanks around them."""
    fields, start = {}, 0
    for slot in layout:
        fields[slot.name] = line[start : start + slot.width].strip()
        start += slot.width
    return fields


def _field(slot: Slot, text: str) -> str:
    if len(text) > slot.width or (slot.numeric and text and not text.isdigit()):
        raise ValueError(f"The field {slot.name} does not fit.")
    return text.rjust(slot.width, "0") if slot.numeric else text.ljust(slot.width)


@dataclass(frozen=True)
class Totals:
    """What a control record says of the records before it: entries with addenda, hash of routing numbers, cents."""

    count: int = 0
    hash: int = 0
    debit: int = 0
    credit: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        hashed = (self.hash + other.hash) % 10**10
        return Totals(self.count + other.count, hashed, self.debit + other.debit, self.credit + other.credit)

    def fields(self) -> dict[str, int]:
        """Return the fields of a control record."""
        return {"count": self.count, "hash": self.hash, "debit": self.debit, "credit": self.credit}


def is_debit(transaction: str) -> bool:
    """Say whether a transaction code takes money from the receiver: its second digit is 5 or more."""
    return transaction[1:] >= "5"


def totals_of(line: str) -> Totals:
    """Return what an entry detail or an addenda record adds to the totals.

    Raises:
        ValueError: a number is none.
    """
    if line[0] == "7":
        return Totals(count=1)
    entry = split(ENTRY, line)
    cents = int(entry["cents"])
    debit = is_debit(entry["transaction"])
    return Totals(1, int(entry["rdfi"]), cents if debit else 0, 0 if debit else cents)
