"""Invoices that name the order and carry no lines (docs/reference/matching.md, section 4, Summary invoices)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from tests.properties.reference import canonical
from tests.properties.reference.allocation import Allocation
from tests.properties.reference.documents import Case, Invoice, Policy
from tests.properties.reference.numbers import CENT, ZERO, product, rounded
from tests.properties.reference.order_line import NEEDS_RECEIPT, OrderLineState, last_day_of_grace
from tests.properties.reference.policies import Scope, choose, exceeds
from tests.properties.reference.releases import is_released
from tests.properties.reference.results import Finding


@dataclass
class Summary:
    """How a summary invoice compares with what was open."""

    difference: Decimal
    policy: Policy
    findings: list[Finding] = field(default_factory=list)
    waits_until: datetime | None = None


def is_summary(invoice: Invoice) -> bool:
    """Whether it names the order and has no lines; one below zero is a credit."""
    return invoice.names_order and not invoice.lines and invoice.kind == "invoice" and invoice.net >= 0


def judge_summaries(
    case: Case,
    invoices: Iterable[Invoice],
    states: list[OrderLineState],
    policies: tuple[Policy, ...],
    as_of: datetime,
) -> tuple[dict[str, Summary], list[Allocation]]:
    """Compare summary invoices that take part, in invoice order; the first within limits takes all that is open."""
    found: dict[str, Summary] = {}
    taken: list[Allocation] = []
    expected, may_come = expected_amount(states), orderable_amount(states)
    scope = Scope(case.entity, "own", None, None, case.currency)
    is_taken = False
    for invoice in sorted(invoices, key=lambda invoice: (invoice.date, invoice.ref)):
        policy = choose(policies, scope, canonical.policy_date(invoice))
        difference = invoice.net - expected
        summary = Summary(difference, policy)
        if within_limits(difference, expected, policy):
            if not is_taken:
                is_taken, taken = True, take_all(states, invoice)
                expected = ZERO
        else:
            judge_difference(case, summary, invoice, may_come, as_of)
        found[invoice.ref] = summary
    return found, taken


def expected_amount(states: list[OrderLineState]) -> Decimal:
    """What is received and not yet billed, and what is ordered and not yet billed where no receipt is needed."""
    total = ZERO
    for state in states:
        if state.match_type in NEEDS_RECEIPT:
            total += product(sum((receipt.open for receipt in state.receipts), ZERO), state.po_price)
        elif state.match_type == "two_way":
            total += product(max(ZERO, state.ordered - state.invoiced), state.po_price)
    return rounded(total, CENT)


def orderable_amount(states: list[OrderLineState]) -> Decimal:
    """What is ordered and not yet billed by lines."""
    return sum(
        (
            product(max(ZERO, state.ordered - state.invoiced), state.po_price)
            for state in states
            if state.match_type in (*NEEDS_RECEIPT, "two_way")
        ),
        ZERO,
    )


def take_all(states: list[OrderLineState], invoice: Invoice) -> list[Allocation]:
    """Allocate all that is open to the invoice as a whole."""
    rows = []
    for state in states:
        number = state.line.number
        if state.match_type in NEEDS_RECEIPT:
            rows += [
                Allocation(number, receipt.ref, invoice.ref, None, receipt.open, "header") for receipt in state.receipts
            ]
        elif state.match_type == "two_way":
            rows.append(Allocation(number, None, invoice.ref, None, state.ordered - state.invoiced, "header"))
    return [row for row in rows if row.qty > 0]


def within_limits(difference: Decimal, expected: Decimal, policy: Policy) -> bool:
    """Whether the net amount is near enough to what was expected."""
    size = abs(difference)
    if difference > 0:
        return not exceeds(size, expected, policy.header_over_pct, size, policy.header_over_amount)
    if difference < 0:
        return not exceeds(size, expected, policy.header_under_pct, size, policy.header_under_amount)
    return True


def judge_difference(case: Case, summary: Summary, invoice: Invoice, may_come: Decimal, as_of: datetime) -> None:
    """What is over may still be received within the grace; else it is a finding, as is what is under."""
    policy, size = summary.policy, abs(summary.difference)
    if summary.difference < 0:
        summary.findings.append(Finding("AMOUNT_UNDER", invoice.ref, size, policy.amount_under_blocks))
        return
    last = last_day_of_grace(invoice, policy)
    is_accepted = is_released(case.releases, "AMOUNT_OVER", invoice.ref, None)
    if invoice.net <= may_come and canonical.utc_date(as_of) <= last and not is_accepted:
        summary.waits_until = datetime.combine(last + timedelta(days=1), time(), UTC)
    else:
        summary.findings.append(Finding("AMOUNT_OVER", invoice.ref, size, blocking=True))
