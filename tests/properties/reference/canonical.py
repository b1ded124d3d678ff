"""The papers in base units, in the order that the rules give, and what keeps a line out (sections 1 and 2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.properties.reference.documents import (
    ITEMS,
    RATES,
    SUBSTITUTES,
    Case,
    Invoice,
    InvoiceLine,
    OrderLine,
    Receipt,
)
from tests.properties.reference.numbers import MONEY, PRICE, QUANTITY, ZERO, product, quotient, rounded
from tests.properties.reference.policies import Scope

CLOSED = ("closed", "cancelled")


def match_type(case: Case, line: OrderLine) -> str:
    """How invoices on the line are matched. The estate has no rules of its own: three-way where no source says."""
    return line.match_type or case.match_type or "three_way"


def by_amount(line: OrderLine) -> bool:
    """Whether the line is matched in money."""
    return line.basis == "amount"


def factor(order_line: OrderLine, item: str | None, unit: str | None) -> Decimal | None:
    """Base units in a unit of the item, none where it cannot be converted.

    No unit means the ordered one. An item that does not say what is in the ordered pack is taken pack for pack.
    """
    if by_amount(order_line):
        return Decimal(1)
    own = ITEMS[item or order_line.item or "I1"].factors
    pack = unit or order_line.unit
    if pack not in own and pack == order_line.unit:
        return ITEMS[order_line.item or "I1"].factors[pack]
    return own.get(pack)


def ordered(case: Case, line: OrderLine) -> Decimal:
    """Ordered base quantity less what was cancelled; a cancelled line that says no quantity is ordered zero."""
    cancelled = line.cancelled_qty
    if cancelled is None:
        cancelled = line.qty if "cancelled" in (line.status, case.status) else ZERO
    return (line.qty - cancelled) * must(factor(line, line.item, line.unit))


def po_price(line: OrderLine) -> Decimal:
    """Price of one base unit."""
    return Decimal(1) if by_amount(line) else quotient(line.price, must(factor(line, line.item, line.unit)), PRICE)


def is_closed(case: Case, line: OrderLine) -> bool:
    """Whether line or order is closed or cancelled."""
    return line.status in CLOSED or case.status in CLOSED


def closed_on(case: Case, line: OrderLine) -> date | None:
    """The first UTC date that closed line or order."""
    moments = []
    if line.status in CLOSED and line.closed_at:
        moments.append(line.closed_at)
    if case.status in CLOSED and case.closed_at:
        moments.append(case.closed_at)
    return min(moments).astimezone(UTC).date() if moments else None


def receipt_qty(order_line: OrderLine, receipt: Receipt, qty: Decimal) -> Decimal:
    """A quantity of the receipt in base units."""
    return qty * must(factor(order_line, order_line.item, receipt.unit))


def in_receipt_order(receipts: Sequence[Receipt]) -> list[Receipt]:
    """By time of receipt and id."""
    return sorted(receipts, key=lambda receipt: (receipt.received_at, receipt.ref))


def in_invoice_order(invoices: Sequence[Invoice]) -> list[tuple[Invoice, InvoiceLine]]:
    """All lines by invoice date, invoice id and line number."""
    lines = [(invoice, line) for invoice in invoices for line in invoice.lines]
    return sorted(lines, key=lambda both: (both[0].date or date.max, both[0].ref, both[1].number))


def is_credit(invoice: Invoice, line: InvoiceLine) -> bool:
    """A line of a credit memo, or a negative line of an invoice."""
    return invoice.kind == "credit" or line.amount < 0 or (line.qty or ZERO) < 0


def rate(case: Case, invoice: Invoice) -> Decimal | None:
    """Units of the order's currency for one of the invoice's: the latest of its date or the 7 days before."""
    if invoice.currency == case.currency:
        return Decimal(1)
    if invoice.date is None:
        return None
    known = {day: each for day, each in RATES[invoice.currency].items() if 0 <= (invoice.date - day).days <= 7}
    return known[max(known)] if known else None


def amount(case: Case, invoice: Invoice, line: InvoiceLine) -> Decimal:
    """The line's amount without its sign in the order's currency; in its own where there is no rate."""
    return product(abs(line.amount), rate(case, invoice) or Decimal(1))


def amount_at_risk(case: Case, invoice: Invoice, line: InvoiceLine) -> Decimal:
    """The line's amount as it is stored: in four decimals."""
    return rounded(amount(case, invoice, line), MONEY)


def line_qty(case: Case, invoice: Invoice, order_line: OrderLine, line: InvoiceLine) -> Decimal | None:
    """Base quantity without its sign; none where it is missing or cannot be converted."""
    if by_amount(order_line):
        return rounded(amount(case, invoice, line), QUANTITY) if rate(case, invoice) else None
    units = factor(order_line, line.item, line.unit)
    return None if line.qty is None or units is None else rounded(abs(line.qty) * units, QUANTITY)


def names_no_order(invoice: Invoice) -> bool:
    """A non-PO invoice: it names no PO anywhere."""
    return not invoice.names_order and all(line.line is None for line in invoice.lines)


def lacks_data(invoice: Invoice, line: InvoiceLine, order_line: OrderLine | None) -> bool:
    """Whether the line cannot be judged for want of a date, a number, or (by quantity, no credit) a quantity."""
    if invoice.date is None or not invoice.number:
        return True
    needs_qty = order_line is not None and not by_amount(order_line) and not is_credit(invoice, line)
    return needs_qty and not line.qty


def other_item(order_line: OrderLine, line: InvoiceLine) -> bool:
    """Whether the item is neither the PO's nor an approved substitute."""
    if line.item is None or order_line.item is None or line.item == order_line.item:
        return False
    return line.item not in SUBSTITUTES.get(order_line.item, set())


def scope_of_line(case: Case, line: OrderLine) -> Scope:
    """What a policy row is compared with, from the PO."""
    category = ITEMS[line.item].category if line.item else None
    return Scope(case.entity, "own", category, match_type(case, line), case.currency)


def scope_of_invoice(case: Case, invoice: Invoice) -> Scope:
    """What a policy row is compared with for the whole invoice, or where there is no PO."""
    vendor = None if invoice.vendor == "unknown" else invoice.vendor
    return Scope(case.entity, vendor, None, None, invoice.currency)


def scope_without_order(case: Case, invoice: Invoice, line: InvoiceLine) -> Scope:
    """What a policy row is compared with for a line whose PO line is not known."""
    whole = scope_of_invoice(case, invoice)
    return replace(whole, item_category=ITEMS[line.item].category if line.item else None)


def policy_date(invoice: Invoice) -> date:
    """The day whose policies judge: the invoice's, or that of its receipt where it has none."""
    return invoice.date or utc_date(invoice.received_at)


def utc_date(moment: datetime) -> date:
    """The UTC date of an instant."""
    return moment.astimezone(UTC).date()


def must(value: Decimal | None) -> Decimal:
    """What the generator always gives."""
    assert value is not None
    return value
