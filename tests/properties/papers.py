"""Short ways to write a case by hand. Numbers may be written as texts, moments as ISO dates (UTC midnight)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.properties.reference.documents import Invoice, InvoiceLine, OrderLine, Receipt

Number = int | str | Decimal


def ordered(qty: Number, price: Number, *, number: int = 1, **fields: Any) -> OrderLine:
    """A line of the order."""
    return OrderLine(number, Decimal(qty), Decimal(price), **fields)


def received(ref: str, qty: Number, on: str = "2026-03-02", *, line: int = 1, **fields: Any) -> Receipt:
    """A receipt line."""
    return Receipt(ref, line, Decimal(qty), moment(on), **fields)


def returned(ref: str, qty: Number, on: str = "2026-03-04", **fields: Any) -> Receipt:
    """A return line."""
    return received(ref, qty, on, kind="return", **fields)


def invoiced(ref: str, qty: Number, price: Number, on: str = "2026-03-05", **fields: Any) -> Invoice:
    """An invoice of one line, received on its date. What begins with `line_` is the line's."""
    return paper(ref, Decimal(qty), Decimal(qty) * Decimal(price), on, **fields)


def credited(ref: str, qty: Number, amount: Number, on: str = "2026-03-10", **fields: Any) -> Invoice:
    """A credit memo of one line."""
    return paper(ref, Decimal(qty), Decimal(amount), on, kind="credit", **fields)


def summary(ref: str, net: Number, on: str = "2026-03-05", **fields: Any) -> Invoice:
    """An invoice that names the order and has no lines."""
    header = {"number": ref, "gross": Decimal(net), "names_order": True, **fields}
    return Invoice(ref, date.fromisoformat(on), moment(on), (), net=Decimal(net), **header)


def paper(ref: str, qty: Decimal, amount: Decimal, on: str, **fields: Any) -> Invoice:
    """An invoice or credit memo of one line."""
    of_line = {name.removeprefix("line_"): fields.pop(name) for name in list(fields) if name.startswith("line_")}
    line = InvoiceLine(**{"number": 1, "line": 1, "qty": qty, "amount": amount, **of_line})
    header = {"number": ref, "gross": amount, "net": amount, **fields}
    return Invoice(ref, date.fromisoformat(on), moment(on), (line,), **header)


def moment(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
