"""Expectations of an invoice or credit memo.

Not judged here, because matching reports them: number, date or quantity missing, a total that does not foot, a vendor
or purchase order that is not known, duplicates, currencies that differ.
"""

from expectations.common import in_order, iso_currency, plausible_day, plausible_instant, seldom_negative
from tieout.quality.predicates import day
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    plausible_day("invoice_date"),
    plausible_day("due_date"),
    plausible_instant("received_at"),
    seldom_negative("gross_amount", says="gross_amount is positive; what is owed to us is of kind credit."),
    seldom_negative("tax_amount", says="tax_amount is not negative; a credit's is printed positive too."),
    warning(
        "due_date_does_not_precede_invoice_date",
        ["due_date", "invoice_date"],
        fails_when=f"{day('due_date')} < {day('invoice_date')}",
        says="An invoice is not due before its date.",
    ),
    in_order("received_at", "entered_at", says="An invoice is entered after it was received."),
)
