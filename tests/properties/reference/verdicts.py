"""The verdict of a line and of an invoice (docs/reference/matching.md, section 6)."""

from collections.abc import Iterable

from tests.properties.reference import canonical
from tests.properties.reference.documents import Invoice, InvoiceLine
from tests.properties.reference.netting import NetLine
from tests.properties.reference.order_line import Checked, OrderLineState
from tests.properties.reference.results import Finding
from tests.properties.reference.summaries import Summary

OF_AN_INVOICE = ("DUPLICATE_INVOICE", "VENDOR_UNKNOWN", "MISSING_DATA")
"""Findings on an invoice that keep its lines out."""
WORST_FIRST = (
    "exception",
    "awaiting_po",
    "awaiting_receipt",
    "released",
    "matched_in_tolerance",
    "matched",
    "credited",
    "not_applicable",
)


def verdict_of_line(
    invoice: Invoice,
    line: InvoiceLine,
    found: Iterable[Finding],
    net: NetLine | None,
    checked: Checked | None,
    state: OrderLineState | None,
) -> str:
    """The first that applies, in the order of the rules."""
    if canonical.is_credit(invoice, line) or invoice.status == "cancelled" or canonical.names_no_order(invoice):
        return "not_applicable"
    if state is not None and state.match_type == "none":
        return "not_applicable"
    if net is not None and net.is_credited:
        return "credited"
    blocking = [f for f in found if f.blocking and concerns(f, invoice, line, state)]
    if any(not f.released for f in blocking):
        return "exception"
    if state is None and not any(f.code == "PO_NOT_FOUND" for f in blocking):
        return "awaiting_po"
    if checked and checked.waits_until and not checked.absence_is_accepted:
        return "awaiting_receipt"
    if blocking:
        return "released"
    if checked and net and (checked.variance_amount != 0 or checked.excess_ordered > 0 or waits(state, net)):
        return "matched_in_tolerance"
    return "matched"


def waits(state: OrderLineState | None, net: NetLine) -> bool:
    """Whether something of a line that needs receipts is not received."""
    return state is not None and state.match_type in ("three_way", "four_way") and net.unallocated > 0


def concerns(finding: Finding, invoice: Invoice, line: InvoiceLine, state: OrderLineState | None) -> bool:
    """Whether a finding is the line's, or its invoice's and keeps the line out."""
    if finding.subject == (invoice.ref, line.number):
        return True
    if finding.subject != invoice.ref or finding.code not in OF_AN_INVOICE:
        return False
    order_line = state.line if state else None
    return finding.code != "MISSING_DATA" or canonical.lacks_data(invoice, line, order_line)


def verdict_of_invoice(invoice: Invoice, verdicts: list[str], found: Iterable[Finding], summary: Summary | None) -> str:
    """The worst of its lines, of its header's holds, and of its comparison as a summary."""
    if invoice.status == "cancelled":
        return "not_applicable"
    all_of_them = list(verdicts)
    for finding in found:
        if finding.subject == invoice.ref and finding.blocking:
            all_of_them.append("released" if finding.released else "exception")
    if summary:
        waiting = "awaiting_receipt" if summary.waits_until else None
        all_of_them.append(waiting or ("matched" if summary.difference == 0 else "matched_in_tolerance"))
    return min(all_of_them or ["not_applicable"], key=WORST_FIRST.index)
