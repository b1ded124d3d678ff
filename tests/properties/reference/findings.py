"""What is found on invoices, their lines and the order's lines beside price and quantity (sections 2, 5 and 8)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.properties.reference import canonical
from tests.properties.reference.documents import TAX_CODES, Case, Invoice, InvoiceLine, OrderLine, Policy
from tests.properties.reference.netting import NetLine
from tests.properties.reference.numbers import CENT, MONEY, ZERO, product, rounded
from tests.properties.reference.order_line import OrderLineState
from tests.properties.reference.policies import choose, exceeds
from tests.properties.reference.results import Finding

NEEDS_GOODS = ("three_way", "four_way", "receipt_only")
KEEPS_OUT_UNTIL_RELEASED = ("DUPLICATE_INVOICE", "VENDOR_MISMATCH", "ITEM_MISMATCH")
KEEPS_OUT = (
    *KEEPS_OUT_UNTIL_RELEASED,
    "VENDOR_UNKNOWN",
    "UOM_UNCONVERTIBLE",
    "FX_RATE_MISSING",
    "MISSING_DATA",
    "PO_NOT_FOUND",
)


def of_line(
    case: Case,
    invoice: Invoice,
    line: InvoiceLine,
    order_line: OrderLine | None,
    policy: Policy,
    as_of: datetime,
) -> list[Finding]:
    """What keeps the line out, or blocks it whatever its figures are."""
    if invoice.status == "cancelled" or canonical.names_no_order(invoice):
        return []
    key = (invoice.ref, line.number)
    amount = canonical.amount_at_risk(case, invoice, line) if order_line else abs(line.amount)
    codes = []
    if order_line is None:
        codes += [] if within_po_grace(invoice, policy, as_of) else ["PO_NOT_FOUND"]
    else:
        codes += mismatches(case, invoice, line, order_line)
    found = [Finding(code, key, amount, blocking=True) for code in codes]
    if order_line and invoice.currency != case.currency and canonical.rate(case, invoice):
        found.append(Finding("CURRENCY_MISMATCH", key, ZERO, blocking=False))
    return found


def within_po_grace(invoice: Invoice, policy: Policy, as_of: datetime) -> bool:
    """Whether the order may still become known."""
    return as_of - invoice.received_at < timedelta(hours=policy.po_grace_hours)


def mismatches(case: Case, invoice: Invoice, line: InvoiceLine, order_line: OrderLine) -> list[str]:
    """Vendor, item, unit and currency against the order's. An invoice without a date waits for it, not for a rate."""
    codes = []
    if canonical.rate(case, invoice) is None and invoice.date:
        codes.append("FX_RATE_MISSING")
    if invoice.vendor == "other":
        codes.append("VENDOR_MISMATCH")
    if canonical.other_item(order_line, line):
        codes.append("ITEM_MISMATCH")
    if canonical.factor(order_line, line.item, line.unit) is None:
        codes.append("UOM_UNCONVERTIBLE")
    return codes


def closed_or_draft(case: Case, order_line: OrderLine, invoice: Invoice, line: NetLine) -> list[Finding]:
    """An order that was closed before the invoice's date, or is a draft."""
    if invoice.status == "cancelled":
        return []
    codes = []
    closed: date | None = canonical.closed_on(case, order_line)
    if closed and invoice.date and closed < invoice.date:
        codes.append("PO_CLOSED")
    if case.status == "draft":
        codes.append("PO_NOT_APPROVED")
    return [Finding(code, line.key, rounded(line.amount, MONEY), blocking=True) for code in codes]


def of_summary(case: Case, invoice: Invoice) -> list[Finding]:
    """What is said of lines elsewhere, said of an invoice without lines as a whole."""
    if invoice.status == "cancelled":
        return []
    codes = []
    closed = case.closed_at if case.status in canonical.CLOSED else None
    if invoice.vendor == "other":
        codes.append("VENDOR_MISMATCH")
    if closed and invoice.date and canonical.utc_date(closed) < invoice.date:
        codes.append("PO_CLOSED")
    if case.status == "draft":
        codes.append("PO_NOT_APPROVED")
    return [Finding(code, invoice.ref, abs(invoice.gross), blocking=True) for code in codes]


def of_invoice(
    case: Case, invoice: Invoice, lines: dict[int, OrderLine], policies: tuple[Policy, ...], *, duplicate: bool
) -> list[Finding]:
    """Findings on the whole invoice."""
    if invoice.status == "cancelled":
        return []
    codes = []
    if invoice.vendor == "unknown":
        codes.append("VENDOR_UNKNOWN")
    lacks_line_data = any(canonical.lacks_data(invoice, line, lines.get(line.line or 0)) for line in invoice.lines)
    lacks_tax_code = invoice.tax != 0 and invoice.lines and not any(line.tax_code for line in invoice.lines)
    if lacks_line_data or lacks_tax_code or not (invoice.date and invoice.number):
        codes.append("MISSING_DATA")
    if duplicate:
        codes.append("DUPLICATE_INVOICE")
    found = [Finding(code, invoice.ref, abs(invoice.gross), blocking=True) for code in codes]
    return found + footing(case, invoice, policies) + tax(case, invoice, policies)


def footing(case: Case, invoice: Invoice, policies: tuple[Policy, ...]) -> list[Finding]:
    """The header against the sum of its lines."""
    lines = sum((line.amount for line in invoice.lines), ZERO) if invoice.lines else invoice.net
    difference = invoice.gross - (lines + invoice.tax + invoice.freight)
    policy = choose(policies, canonical.scope_of_invoice(case, invoice), canonical.policy_date(invoice))
    if difference == 0 or not exceeds(abs(difference), ZERO, None, abs(difference), policy.total_amount):
        return []
    return [Finding("TOTAL_MISMATCH", invoice.ref, abs(difference), blocking=True, actual=invoice.gross)]


def tax(case: Case, invoice: Invoice, policies: tuple[Policy, ...]) -> list[Finding]:
    """The invoice's tax against what the codes of its lines come to, each rounded to cents."""
    coded = {line.tax_code for line in invoice.lines if line.tax_code}
    if not coded or invoice.date is None:
        return []
    expected = sum((tax_of_code(invoice, code) for code in coded), ZERO)
    difference, size, base = invoice.tax - expected, abs(invoice.tax - expected), abs(expected)
    policy = choose(policies, canonical.scope_of_invoice(case, invoice), canonical.policy_date(invoice))
    limits = (policy.tax_over_pct, policy.tax_over_amount) if difference > 0 else (
        policy.tax_under_pct, policy.tax_under_amount
    )  # fmt: skip
    if difference == 0 or not exceeds(size, base, limits[0], size, limits[1]):
        return []
    return [Finding("TAX_DIFFERENCE", invoice.ref, size, blocking=policy.tax_blocks)]


def tax_of_code(invoice: Invoice, code: str) -> Decimal:
    """What lines of a code are taxed with on the invoice's date; nothing where the code has no rate."""
    rates = [pct for since, pct in TAX_CODES.get(code, []) if invoice.date and since <= invoice.date]
    taxed = sum((line.amount for line in invoice.lines if line.tax_code == code), ZERO)
    return rounded(taxed * rates[-1] / 100, CENT) if rates else ZERO


def of_order_line(case: Case, state: OrderLineState) -> list[Finding]:
    """What netting left over, and receipts against the order."""
    number, price = state.line.number, state.po_price
    rest = state.rest
    found = []
    if rest.returned > 0:
        found.append(Finding("RETURN_EXCEEDS_RECEIPT", number, money(rest.returned, price), blocking=False))
    if rest.credited > 0 or sum(rest.price_credits, ZERO) >= CENT / 2:
        at_risk = rounded(product(rest.credited, price) + sum(rest.price_credits, ZERO), CENT)
        found.append(Finding("CREDIT_EXCEEDS_INVOICE", number, at_risk, blocking=False))
    short, over = state.ordered - state.received, state.received - state.ordered
    if state.match_type in NEEDS_GOODS and short > 0 and canonical.is_closed(case, state.line):
        found.append(Finding("RECEIPT_SHORT", number, money(short, price), blocking=False))
    if over > 0:
        found.append(Finding("RECEIPT_OVER", number, money(over, price), blocking=False))
    return found


def money(qty: Decimal, price: Decimal) -> Decimal:
    """A quantity's worth in cents."""
    return rounded(product(qty, price), CENT)
