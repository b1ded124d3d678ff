"""Logic that does not fit the profiles' vocabulary: functions that a contract or a profile names.

A contract's `derive` names one of ``DERIVATIONS`` with fields. A profile's `function` names one of ``FUNCTIONS``:
it takes a whole record and declares the paths that it reads, so that these do not count as drift.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tieout.bank_accounts import check

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class RecordFunction:
    """A function over a record, and the paths that it reads."""

    call: Callable[[Mapping[str, Any]], str | None]
    reads: tuple[str, ...]


DERIVATIONS: dict[str, Callable[..., str]] = {}
FUNCTIONS: dict[str, RecordFunction] = {}


def derivation(function: Callable[..., str]) -> Callable[..., str]:
    """Register a function that contracts may name in `derive`."""
    DERIVATIONS[function.__name__] = function
    return function


def record_function(*reads: str) -> Callable[[Callable], Callable]:
    """Register a function that profiles may name in `function`.

    Args:
        reads: the paths of the record that it looks at.
    """

    def register(function: Callable[[Mapping[str, Any]], str | None]) -> Callable:
        FUNCTIONS[function.__name__] = RecordFunction(function, reads)
        return function

    return register


@derivation
def normalise_document_number(number: str) -> str:
    """Return a document's number as duplicates are searched by (docs/reference/matching.md, duplicates).

    NFKC, upper case, NFKC; only letters and decimal digits; then zeros that begin a run of digits and precede a digit
    are dropped, in whichever script they are written.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", number).upper())
    kept = "".join(character for character in folded if character.isalpha() or character.isdecimal())
    return _DIGITS.sub(_without_leading_zeros, kept)


@derivation
def account_fault(number: str, routing: str) -> str:
    """Return what is wrong with a bank account, blank where nothing is; never the number (payments, section 2).

    Numbers are checked when they are landed, the last moment at which they can be read without a key.
    """
    return check(number, routing) or ""


def _without_leading_zeros(run: re.Match[str]) -> str:
    digits = run[0]
    first = next((place for place, digit in enumerate(digits) if unicodedata.decimal(digit)), len(digits) - 1)
    return digits[first:]


@record_function("holds")
def canonical_hold_codes(record: Mapping[str, Any]) -> str | None:
    """Return AP's holds (``holds[].code``, such as ``price-over``) as canonical codes.

    Distinct, sorted, separated by commas: as a message of ours is compared with what AP shows.
    """
    codes = {str(hold["code"]).upper().replace("-", "_") for hold in record.get("holds") or []}
    return ",".join(sorted(codes)) or None


@record_function("LASTNAME", "FIRSTNAME", "MIDNAME", "BUSNAME", "NPI", "DOB", "ZIP", "EXCLTYPE", "EXCLDATE")
def leie_entry_id(record: Mapping[str, Any]) -> str | None:
    """Return an id for an entry of the OIG's exclusions, which have none: a hash of who, why and since when.

    Two rows that agree in all of it are one exclusion, whatever street they name. A date of birth is in the hash only.
    """
    named = ("LASTNAME", "FIRSTNAME", "MIDNAME", "BUSNAME", "NPI", "DOB", "ZIP", "EXCLTYPE", "EXCLDATE")
    told = [" ".join(str(record.get(name) or "").upper().split()) for name in named]
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:16] if any(told) else None
