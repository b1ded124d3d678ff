"""Positive pay: the cheques that we wrote, so that the bank pays those and no other.

Banks have no common format. Ours is delimited text (docs/reference/payments.md, section 4): a header, a line for each
cheque, a trailer with count and sum. The same record gives the same bytes.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tieout.errors import Unwritable
from tieout.formats.characters import ASCII, spell

COLUMNS = ("ACCOUNT", "CHEQUE", "ISSUED", "AMOUNT", "PAYEE", "ACTION")
TRAILER = "TRL"
CENTS = Decimal("0.01")
PAYEE = 80  # characters


@dataclass(frozen=True)
class Cheque:
    """A cheque that was issued, or ``void`` (not to be paid any more)."""

    account_number: str
    number: str
    issued: date
    amount: Decimal
    payee: str
    void: bool = False

    def __repr__(self) -> str:
        return f"Cheque({self.number!r}, …)"


def write(cheques: Iterable[Cheque]) -> bytes:
    """Return the file, in the order given.

    Raises:
        Unwritable: no cheque, a number given twice on an account or that is none, an amount that is not above zero or
            has parts of a cent, a payee's name that ASCII cannot spell.
    """
    listed = tuple(cheques)
    _refuse(listed)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(cheque) for cheque in listed)
    writer.writerow([TRAILER, len(listed), _amount(sum((cheque.amount for cheque in listed), Decimal(0)))])
    return text.getvalue().encode("ascii")


def _refuse(cheques: tuple[Cheque, ...]) -> None:
    if not cheques:
        raise Unwritable("The file has no cheque.", "Leave it out.")
    seen: set[tuple[str, str]] = set()
    for cheque in cheques:
        if not (cheque.number.isascii() and cheque.number.isdigit()):
            raise Unwritable("A cheque's number is no number.", "Correct it.")
        if (cheque.account_number, cheque.number) in seen:
            raise Unwritable(f"Cheque {cheque.number} is there twice.", "Look for the second one.")
        seen.add((cheque.account_number, cheque.number))
        amount = cheque.amount
        if not amount.is_finite() or amount <= 0 or amount != amount.quantize(CENTS):
            raise Unwritable(f"The amount of cheque {cheque.number} is not above zero, or has parts of a cent.")


def _row(cheque: Cheque) -> list[str]:
    payee = spell(cheque.payee, ASCII, "payee's name", longest=PAYEE)
    action = "VOID" if cheque.void else "ISSUE"
    return [cheque.account_number, cheque.number, f"{cheque.issued:%Y%m%d}", _amount(cheque.amount), payee, action]


def _amount(amount: Decimal) -> str:
    return format(amount.quantize(CENTS), "f")
