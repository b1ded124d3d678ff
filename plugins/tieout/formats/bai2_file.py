"""Reading the lines of a BAI2 file with the package bai2, which checks control totals and counts at each level."""

import re
from collections.abc import Iterator

from bai2 import bai2
from bai2.constants import TypeCode, TypeCodeLevel, TypeCodes, TypeCodeTransaction
from bai2.exceptions import IntegrityException
from bai2.models import Bai2File

from tieout.errors import MalformedPayload

# File, groups, accounts, transactions: each ends before the next of its kind begins. Continuations (88) are left out.
_ORDER = re.compile(r"01(02(03(16)*49)+98)+99")
_UNKNOWN_CODE = re.compile(r"Type code '(\d{3})'")
_REFERENCES = 3  # bank's reference, customer's reference, text
_AVAILABILITY = {"V": 2, "S": 3}  # fields that a funds type brings with it; D says how many
AGAIN = "Ask the bank for the file again."


def _add_own_codes() -> None:
    """Let the package read the codes that banks may define for themselves: status, credits, debits."""
    ranges = {
        range(900, 920): (None, TypeCodeLevel.status),
        range(920, 960): (TypeCodeTransaction.credit, TypeCodeLevel.detail),
        range(960, 1000): (TypeCodeTransaction.debit, TypeCodeLevel.detail),
    }
    for codes, (transaction, level) in ranges.items():
        for code in map(str, codes):
            TypeCodes.setdefault(code, TypeCode(code, transaction, level, "The bank's own"))


_add_own_codes()


def read(content: bytes) -> Bai2File:
    """Read a file.

    Raises:
        MalformedPayload: cut short, records out of order, a control total or count that is not that of the lines, a
            type code that the standard lacks. The message never quotes a line.
    """
    try:
        lines = [line for line in map(str.strip, content.decode("ascii").splitlines()) if line]
        _must_be_whole(lines)
        return bai2.parse_from_lines(_filled(lines))
    except MalformedPayload:
        raise
    except IntegrityException as error:
        raise MalformedPayload(f"The file does not foot: {error}.", AGAIN) from error
    except UnicodeDecodeError as error:
        raise MalformedPayload(f"The byte at {error.start} is not ASCII.", AGAIN) from error
    except Exception as error:
        # The package raises what happens to happen on a line that it cannot read, and quotes the line.
        unknown = _UNKNOWN_CODE.match(str(error))
        if unknown:
            raise MalformedPayload(f"Type code {unknown[1]} is none of the standard.", "Ask the bank for it.") from None
        raise MalformedPayload(f"The payload is not BAI2 ({type(error).__name__}).", AGAIN) from None


def _must_be_whole(lines: list[str]) -> None:
    """Refuse records out of order: on a file that was cut short the package never ends."""
    codes = [line[:2] for line in lines]
    if not _ORDER.fullmatch("".join(code for code in codes if code != "88")):
        raise MalformedPayload("The records are out of order, or the file was cut short.", AGAIN)


def _filled(lines: list[str]) -> Iterator[str]:
    """Yield the lines, transactions with all their fields: a bank may leave out what is blank at the end."""
    record: list[str] = []
    for line in lines:
        if record and not line.startswith("88"):
            yield from _with_references(record)
            record = []
        record.append(line)
    yield from _with_references(record)


def _with_references(record: list[str]) -> list[str]:
    if not record[0].startswith("16"):
        return record
    fields = ",".join(line[3:].removesuffix("/") for line in record).split(",")
    funds = fields[2] if len(fields) > 2 else ""
    available = 1 + 2 * int(fields[3]) if funds == "D" else _AVAILABILITY.get(funds, 0)
    missing = 3 + available + _REFERENCES - len(fields)
    return record if missing <= 0 else [*record[:-1], record[-1].removesuffix("/") + "," * missing + "/"]
