"""Values in canonical spelling: dates, timestamps, numbers, booleans. What does not convert keeps its text.

Each converter takes the source's text and returns text; none raises. A field's converter is remembered by value
(``Memo``), because columns repeat themselves and conversion is the costly part of parsing.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

Converter = Callable[[str], str]
MEMO_SIZE = 1 << 15
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
# What most databases write: nothing is left to do about it.
CANONICAL_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
CANONICAL_INTEGER = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_UTC_TIMESTAMP = re.compile(r"([0-9-]{10})[ T]([0-9:]{8})(?:Z|\+00(?::?00)?)", re.ASCII)
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# Longer numbers are text that looks like a number; a huge exponent would be written out.
MAX_DIGITS = 60
_TRUE = frozenset({"true", "t", "yes", "y", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "0"})


class Memo(dict[str, str]):
    """A converter's results by value, forgotten all at once when there are too many."""

    def __init__(self, convert: Converter) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: str) -> str:
        if len(self) >= MEMO_SIZE:
            self.clear()
        result = self[value] = self._convert(value)
        return result


def text(value: str) -> str:
    """Trim."""
    return value.strip()


def number(decimal: str = ".", thousands: str = "", sign: str | None = None) -> Converter:
    """Return a converter to plain decimals: no exponent, no plus, the scale as written.

    Args:
        decimal: the source's decimal separator.
        thousands: its group separator, where it has one.
        sign: ``absolute`` or ``negate``.
    """

    def convert(value: str) -> str:
        stripped = value.strip()
        plain = stripped.replace(thousands, "") if thousands else stripped
        plain = plain.replace(decimal, ".") if decimal != "." else plain
        if plain.endswith("-"):
            plain = "-" + plain[:-1].rstrip()
        decimal_text = plain if PLAIN_NUMBER.fullmatch(plain) else _plain_decimal(plain)
        return stripped if decimal_text is None else _signed(decimal_text, sign)

    return convert


def integer(decimal: str = ".", thousands: str = "", sign: str | None = None) -> Converter:
    """Return a converter to whole numbers; ``3.0`` is one, ``3.5`` keeps its text."""
    to_number = number(decimal, thousands, sign)

    def convert(value: str) -> str:
        plain = to_number(value)
        whole, _, fraction = plain.partition(".")
        return whole if fraction and not fraction.strip("0") else plain

    return convert


def day(form: str | None = None) -> Converter:
    """Return a converter to ISO dates. ISO dates and timestamps are understood by default, their date as printed."""

    def convert(value: str) -> str:
        stripped = value.strip()
        if form is None and ISO_DATE.fullmatch(stripped):
            return stripped  # spelled right already; whether the day exists is the gate's question
        moment = _parse(stripped, form)
        return stripped if moment is None else moment.date().isoformat()

    return convert


def timestamp(form: str | None = None, zone: tzinfo = UTC, otherwise: str | None = None) -> Converter:
    """Return a converter to ISO timestamps in UTC. One without an offset is in ``zone``.

    ``otherwise`` is given for what is not a timestamp, in place of its text.
    """

    def convert(value: str) -> str:
        stripped = value.strip()
        moment = _parse(stripped, form)
        if moment is None:
            return stripped if otherwise is None else otherwise
        if form is None and (usual := _UTC_TIMESTAMP.fullmatch(stripped)):
            return f"{usual[1]}T{usual[2]}+00:00"
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        try:
            return aware.astimezone(UTC).isoformat()
        except OverflowError:
            return stripped if otherwise is None else otherwise

    return convert


def boolean(value: str) -> str:
    """Return ``true`` or ``false`` for the usual spellings."""
    stripped = value.strip()
    word = stripped.lower()
    return "true" if word in _TRUE else "false" if word in _FALSE else stripped


def limit(decimal: str = ".", thousands: str = "", sign: str | None = None) -> Converter:
    """Return a converter for limits of a policy: a number, or ``unlimited``, or blank."""
    to_number = number(decimal, thousands, sign)
    return lambda value: "unlimited" if value.strip().lower() == "unlimited" else to_number(value)


def code(codes: dict[str, str]) -> Converter:
    """Return a converter by code map. ``*`` stands for every other code that is not blank; its word may be ``keep``."""
    known = {source.strip(): word for source, word in codes.items() if source != "*"}
    otherwise = codes.get("*", "keep")

    def convert(value: str) -> str:
        stripped = value.strip()
        if stripped in known:
            return known[stripped]
        return stripped if otherwise == "keep" or not stripped else otherwise

    return convert


def _plain_decimal(value: str) -> str | None:
    if not value or len(value) > MAX_DIGITS:
        return None
    try:
        parsed = Decimal(value)
    except InvalidOperation:
        return None
    if "_" in value or not parsed.is_finite() or abs(parsed.adjusted()) > MAX_DIGITS:
        return None
    return format(parsed, "f")


def _signed(plain: str, sign: str | None) -> str:
    negative, digits = plain.startswith("-"), plain.removeprefix("-")
    if not digits.strip("0."):
        return digits  # there is no negative zero
    if sign == "absolute":
        return digits
    if sign == "negate":
        return digits if negative else "-" + digits
    return plain


def _parse(value: str, form: str | None) -> datetime | None:
    try:
        if form is None:
            return datetime.fromisoformat(value)
        if form in ("epoch", "epoch_ms"):
            seconds = Decimal(value) / (1000 if form == "epoch_ms" else 1)
            return datetime.fromtimestamp(float(seconds), UTC)
        return datetime.strptime(value, form)  # noqa: DTZ007 (the caller gives it its zone)
    except (ValueError, InvalidOperation, OverflowError, OSError):
        return None
