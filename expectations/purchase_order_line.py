"""Expectations of a purchase order line."""

from expectations.common import iso_currency, not_negative, plausible_day
from tieout.quality.predicates import number
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    not_negative("ordered_qty", says="What is ordered is not negative; a return is a receipt line of kind return."),
    not_negative("price", says="A price ordered at is not negative; free goods have zero."),
    plausible_day("need_by_date"),
    critical(
        "no_more_is_cancelled_than_ordered",
        ["ordered_qty", "cancelled_qty"],
        fails_when=f"{number('cancelled_qty')} not between 0 and {number('ordered_qty')}",
        says="What is cancelled is part of what was ordered.",
    ),
)
