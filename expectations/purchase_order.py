"""Expectations of a purchase order."""

from expectations.common import in_order, iso_currency, plausible_instant, seldom_negative
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    plausible_instant("ordered_at"),
    seldom_negative("freight_amount", says="Freight agreed on an order is not negative."),
    seldom_negative("other_amount", says="Charges agreed on an order are not negative."),
    in_order("ordered_at", "approved_at", says="An order is approved after it was created."),
    in_order("ordered_at", "closed_at", says="An order is closed after it was created."),
)
