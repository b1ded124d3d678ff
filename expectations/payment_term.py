"""Expectations of a payment term."""

from expectations.common import not_negative, percent
from tieout.quality.predicates import number
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    not_negative("net_days", says="Days until due are not negative."),
    not_negative("discount_days", says="Days of a discount are not negative."),
    percent("discount_pct", says="A discount lies between 0 and 100 percent."),
    warning(
        "the_discount_ends_before_it_is_due",
        ["discount_days", "net_days"],
        fails_when=f"{number('discount_days')} > {number('net_days')}",
        says="A discount can be taken only until the invoice is due.",
    ),
)
