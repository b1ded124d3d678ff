"""The bank's statements for US customers: BAI2, one file per account and day, amounts in cents."""

from datetime import datetime
from decimal import Decimal

from sandbox.bank.accounts import ROUTING
from sandbox.scenario.model import Booking
from sandbox.wire.bank import Statement

TYPES = {
    "transfer": "495",
    "ach": "455",
    "cheque": "475",
    "sweep": "165",
    "fee": "698",
    "return": "257",
    "reversal": "252",
}
OPENING, CLOSING = "010", "015"
TEXT_MOST = 60


def path(statement: Statement) -> str:
    """Where the bank puts a statement."""
    return f"outgoing/statements/bai2_{statement.ident.removeprefix('ST-').replace('-', '_')}.txt"


def write(statement: Statement, at: datetime) -> bytes:
    """Render a statement; the control totals are the sums of all amounts as they stand there."""
    day, account = f"{statement.day:%y%m%d}", statement.entity.account_number
    opening, closing = _cents(statement.opening), _cents(statement.closing)
    lines = [f"03,{account},USD,{OPENING},{opening},,,{CLOSING},{closing},,/"]
    for entry in statement.entries:
        lines += _transaction(entry)
    total = opening + closing + sum(abs(_cents(entry.amount)) for entry in statement.entries)
    lines.append(f"49,{total},{len(lines) + 1}/")
    lines.insert(0, f"02,{account},{ROUTING},1,{day},2359,USD,2/")
    lines.append(f"98,{total},1,{len(lines) + 1}/")
    lines.insert(0, f"01,{ROUTING},{account},{day},{at:%H%M},{statement.number},80,,2/")
    lines.append(f"99,{total},1,{len(lines) + 1}/")
    return ("\n".join(lines) + "\n").encode("ascii")


def _transaction(entry: Booking) -> list[str]:
    """A transaction; what does not fit on its line is continued on the next one. The text ends with its line."""
    own = entry.cheque_number or entry.end_to_end_id or (entry.group_ref if entry.batch_count else "")
    first = f"16,{TYPES[entry.kind]},{abs(_cents(entry.amount))},Z,{entry.reference},{own},"
    text = _plain(entry)
    parts = [text[start : start + TEXT_MOST] for start in range(0, len(text), TEXT_MOST)] or [""]
    return [first + (parts[0] or "/"), *(f"88,{part}" for part in parts[1:])]


def _plain(entry: Booking) -> str:
    """What is said of an entry, without the characters that end a field or a record."""
    counted = f"BATCH {entry.group_ref} {entry.batch_count} ITEMS" if entry.batch_count else ""
    charges = f"CHARGES INCLUDED {entry.charges:.2f}" if entry.charges is not None else ""
    reason = f"REASON {entry.return_reason}" if entry.return_reason else ""
    words = " ".join(word for word in (reason, counted, charges, entry.party, entry.text) if word)
    return words.encode("ascii", "replace").decode().replace(",", " ").replace("/", "-")


def _cents(amount: Decimal) -> int:
    return int(amount * 100)
