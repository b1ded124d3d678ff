"""One line of the order: netting, allocation, and the checks of price and quantity (sections 3 to 5)."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tests.properties.reference import canonical
from tests.properties.reference.allocation import Allocation, allocate
from tests.properties.reference.documents import Case, Invoice, OrderLine, Policy
from tests.properties.reference.netting import Credit, NetLine, NetReceipt, Rest, Return, net_lines, net_receipts
from tests.properties.reference.numbers import CENT, ZERO, product, rounded
from tests.properties.reference.policies import choose, exceeds
from tests.properties.reference.releases import is_released
from tests.properties.reference.results import LineKey

NEEDS_RECEIPT = ("three_way", "four_way")
IS_CHECKED = ("two_way", "three_way", "four_way")


@dataclass
class Checked:
    """An invoice line that takes part, has something left and was checked: what the checks found."""

    policy: Policy
    cum_invoiced: Decimal
    excess_ordered: Decimal = ZERO
    variance_amount: Decimal = ZERO
    codes: dict[str, Decimal] = field(default_factory=dict)
    """Code and amount at risk."""
    waits_until: datetime | None = None
    """The end of the grace, where a receipt is still waited for."""
    absence_is_accepted: bool = False
    """A person released the hold on what is not received; it stands, and needs no grace."""


@dataclass
class OrderLineState:
    """A line of the order with all that hangs on it."""

    line: OrderLine
    match_type: str
    ordered: Decimal
    po_price: Decimal
    receipts: list[NetReceipt]
    lines: list[NetLine]
    rest: Rest
    allocations: list[Allocation]
    checked: dict[LineKey, Checked] = field(default_factory=dict)

    @property
    def received(self) -> Decimal:
        """What was received and not returned."""
        return sum((receipt.received for receipt in self.receipts), ZERO)

    @property
    def invoiced(self) -> Decimal:
        """What lines that take part invoice, after credits."""
        return sum((line.net for line in self.lines if line.takes_part), ZERO)


def settle(case: Case, line: OrderLine, kept_out: dict[LineKey, set[str]]) -> OrderLineState:
    """Net and allocate what names the line. ``kept_out`` says for each invoice line why it takes no part."""
    match_type = canonical.match_type(case, line)
    receipts = net_receipt_lines(case, line)
    returns = [
        Return(canonical.receipt_qty(line, receipt, receipt.qty), receipt.names)
        for receipt in canonical.in_receipt_order(case.receipts)
        if receipt.kind == "return" and receipt.line == line.number and receipt.qty > 0
    ]
    excess_return = net_receipts(receipts, returns, needs_acceptance=match_type == "four_way")
    lines = invoice_lines(case, line, kept_out)
    rest = net_lines(lines, credit_lines(case, line, kept_out))
    rest.returned = excess_return
    taking_part = [each for each in lines if each.takes_part]
    allocations = allocate(line.number, receipts, taking_part) if match_type in NEEDS_RECEIPT else []
    ordered, po_price = canonical.ordered(case, line), canonical.po_price(line)
    return OrderLineState(line, match_type, ordered, po_price, receipts, lines, rest, allocations)


def net_receipt_lines(case: Case, line: OrderLine) -> list[NetReceipt]:
    """Receipts of the line in base units and in order."""
    found = []
    for receipt in canonical.in_receipt_order(case.receipts):
        if receipt.kind == "receipt" and receipt.line == line.number and receipt.qty > 0:
            accepted = receipt.accepted
            if accepted is not None:
                accepted = canonical.receipt_qty(line, receipt, accepted)
            found.append(NetReceipt(receipt.ref, canonical.receipt_qty(line, receipt, receipt.qty), accepted))
    return found


def invoice_lines(case: Case, line: OrderLine, kept_out: dict[LineKey, set[str]]) -> list[NetLine]:
    """Invoice lines that name the line, in order; those that are kept out as well."""
    found = []
    for invoice, each in canonical.in_invoice_order(case.invoices):
        if each.line == line.number and not canonical.is_credit(invoice, each):
            key = (invoice.ref, each.number)
            qty = canonical.line_qty(case, invoice, line, each) or ZERO
            amount = qty if canonical.by_amount(line) and qty > 0 else canonical.amount(case, invoice, each)
            duplicate = "DUPLICATE_INVOICE" in kept_out[key] and "cancelled" not in kept_out[key]
            found.append(NetLine(key, qty, amount, not kept_out[key], duplicate, each.receipt))
    return found


def credit_lines(case: Case, line: OrderLine, kept_out: dict[LineKey, set[str]]) -> list[Credit]:
    """Credit lines that take part, in order."""
    return [
        Credit(
            canonical.line_qty(case, invoice, line, each) or ZERO,
            canonical.amount(case, invoice, each),
            each.credits,
        )
        for invoice, each in canonical.in_invoice_order(case.invoices)
        if each.line == line.number and canonical.is_credit(invoice, each) and not kept_out[(invoice.ref, each.number)]
    ]


def check(case: Case, state: OrderLineState, policies: tuple[Policy, ...], as_of: datetime) -> None:
    """Check price and quantity of lines that take part and have something left, in invoice order."""
    if state.match_type not in IS_CHECKED:
        return
    invoices = {invoice.ref: invoice for invoice in case.invoices}
    scope = canonical.scope_of_line(case, state.line)
    over = under = invoiced = unallocated = ZERO
    for line in state.lines:
        if not line.takes_part or line.net == 0:
            continue
        invoice = invoices[line.key[0]]
        policy = choose(policies, scope, canonical.policy_date(invoice))
        variance = rounded(product(line.price - state.po_price, line.net), CENT)
        over, under = over + max(variance, ZERO), under + max(-variance, ZERO)
        invoiced += line.net
        found = Checked(policy, invoiced, max(ZERO, invoiced - state.ordered), variance)
        check_price(state, line, found, over, under)
        check_ordered(state, line, found)
        if state.match_type in NEEDS_RECEIPT:
            unallocated += line.unallocated
            check_received(case, state, line, found, unallocated, invoice, as_of)
        state.checked[line.key] = found


def check_price(state: OrderLineState, line: NetLine, found: Checked, over: Decimal, under: Decimal) -> None:
    """The price against the PO's. A difference that comes to 0.00 is none."""
    policy, difference = found.policy, line.price - state.po_price
    if found.variance_amount > 0 and exceeds(
        difference, state.po_price, policy.price_over_pct, over, policy.price_over_amount
    ):
        found.codes["PRICE_OVER"] = found.variance_amount
    if found.variance_amount < 0 and exceeds(
        -difference, state.po_price, policy.price_under_pct, under, policy.price_under_amount
    ):
        found.codes["PRICE_UNDER"] = -found.variance_amount


def check_ordered(state: OrderLineState, line: NetLine, found: Checked) -> None:
    """What was invoiced through this line against what was ordered."""
    policy, excess = found.policy, found.excess_ordered
    if excess > 0 and exceeds(excess, state.ordered, policy.qty_ordered_over_pct, excess, policy.qty_ordered_over_qty):
        found.codes["QTY_ORDERED"] = rounded(product(min(excess, line.net), line.price), CENT)


def check_received(
    case: Case,
    state: OrderLineState,
    line: NetLine,
    found: Checked,
    unallocated: Decimal,
    invoice: Invoice,
    as_of: datetime,
) -> None:
    """What was invoiced through this line against what was received; within the grace it is waited for."""
    policy, own = found.policy, line.unallocated
    if own == 0 or not exceeds(own, line.net, policy.qty_received_over_pct, unallocated, policy.qty_received_over_qty):
        return
    last = last_day_of_grace(invoice, policy)
    never_comes = canonical.is_closed(case, state.line) and state.received == 0
    if canonical.utc_date(as_of) <= last and not never_comes:
        found.waits_until = datetime.combine(last + timedelta(days=1), time(), UTC)
    accepted_only = state.match_type == "four_way" and found.cum_invoiced <= state.received
    code = "QTY_ACCEPTED" if accepted_only else "QTY_RECEIVED"
    found.absence_is_accepted = is_released(case.releases, code, line.key, own)
    if not found.waits_until or found.absence_is_accepted:
        found.codes[code] = rounded(product(own, line.price), CENT)


def last_day_of_grace(invoice: Invoice, policy: Policy) -> date:
    """The later of invoice date and day of receipt, and the days of grace."""
    received = canonical.utc_date(invoice.received_at)
    return max(invoice.date or received, received) + timedelta(days=policy.receipt_grace_days)
