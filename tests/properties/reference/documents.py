"""The papers of one purchase order, as its sources give them. Quantities and prices are in the source's units."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

UNLIMITED = "unlimited"
Limit = Decimal | str | None
"""A number, `unlimited`, or nothing."""


@dataclass(frozen=True)
class Item:
    """An item with the base units in each of its packs."""

    category: str | None
    factors: dict[str, Decimal]


ITEMS = {
    "I1": Item(None, {"EA": Decimal(1), "BX": Decimal(12)}),
    "I2": Item("SURGERY", {"EA": Decimal(1), "BX": Decimal(6)}),
    "I3": Item(None, {"EA": Decimal(1)}),
}
SUBSTITUTES = {"I1": {"I3"}}
RATES = {
    "EUR": {date(2026, 3, 19): Decimal("1.25"), date(2026, 3, 29): Decimal("1.1")},
    "JPY": {date(2026, 3, 24): Decimal("0.0066666667")},
}
"""US dollars for one unit, by day."""
TAX_CODES = {
    "STATE": [(date(2020, 1, 1), Decimal("8.25")), (date(2026, 3, 27), Decimal(10))],
    "FREE": [(date(2020, 1, 1), Decimal(0))],
}
"""Percent by first day of validity."""


@dataclass(frozen=True)
class Policy:
    """Scope and limits of one policy row; what is not given is blank. ``vendor`` is own or other."""

    ref: str
    entity: str | None = None
    vendor: str | None = None
    item_category: str | None = None
    match_type: str | None = None
    currency: str | None = None
    valid_from: date = date(2020, 1, 1)
    valid_to: date | None = None
    price_over_pct: Limit = None
    price_over_amount: Limit = None
    price_under_pct: Limit = None
    price_under_amount: Limit = None
    qty_ordered_over_pct: Limit = None
    qty_ordered_over_qty: Limit = None
    qty_received_over_pct: Limit = None
    qty_received_over_qty: Limit = None
    header_over_pct: Limit = None
    header_over_amount: Limit = None
    header_under_pct: Limit = None
    header_under_amount: Limit = None
    total_amount: Limit = None
    tax_over_pct: Limit = None
    tax_over_amount: Limit = None
    tax_under_pct: Limit = None
    tax_under_amount: Limit = None
    freight_over_pct: Limit = None
    freight_over_amount: Limit = None
    price_under_blocks: bool = False
    tax_blocks: bool = True
    charge_blocks: bool = True
    amount_under_blocks: bool = False
    receipt_grace_days: int = 0
    po_grace_hours: int = 24


@dataclass(frozen=True)
class OrderLine:
    """A line of the purchase order. Ordered by amount, its quantity is the amount and its price 1."""

    number: int
    qty: Decimal
    price: Decimal
    unit: str = "EA"
    item: str | None = "I1"
    basis: str = "quantity"
    match_type: str | None = None
    status: str = "open"
    closed_at: datetime | None = None
    cancelled_qty: Decimal | None = None


@dataclass(frozen=True)
class Receipt:
    """Goods that came (kind receipt) or went back (kind return), for a line of the order."""

    ref: str
    line: int
    qty: Decimal
    received_at: datetime
    kind: str = "receipt"
    unit: str = "EA"
    accepted: Decimal | None = None
    names: str | None = None


@dataclass(frozen=True)
class InvoiceLine:
    """A line of an invoice or credit memo; ``line`` is the line of the order that it names."""

    number: int
    line: int | None
    qty: Decimal | None
    amount: Decimal
    unit: str | None = "EA"
    item: str | None = None
    receipt: str | None = None
    credits: tuple[str, int] | None = None
    tax_code: str | None = None


@dataclass(frozen=True)
class Invoice:
    """An invoice or credit memo. ``vendor`` is own (the order's), other, or unknown. Gross is what the header says."""

    ref: str
    date: date | None
    received_at: datetime
    lines: tuple[InvoiceLine, ...]
    number: str | None
    gross: Decimal
    net: Decimal
    kind: str = "invoice"
    vendor: str = "own"
    status: str = "entered"
    names_order: bool = False
    currency: str = "USD"
    tax: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)


@dataclass(frozen=True)
class Release:
    """A person's release of a hold: of a line, or of all that the invoice has where none is named."""

    ref: str
    invoice: str
    code: str
    line: int | None = None
    actual: Decimal | None = None


@dataclass(frozen=True)
class Case:
    """One purchase order with all its papers, and the policy rows beside those that everybody has."""

    lines: tuple[OrderLine, ...]
    receipts: tuple[Receipt, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    releases: tuple[Release, ...] = ()
    policies: tuple[Policy, ...] = ()
    match_type: str | None = None
    status: str = "sent"
    closed_at: datetime | None = None
    entity: str = "H1"
    currency: str = "USD"
    freight: Decimal = Decimal(0)
