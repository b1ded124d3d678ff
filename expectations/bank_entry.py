"""Expectations of an entry detail of a bank statement."""

from expectations.common import above_zero, iso_currency, plausible_day
from tieout.quality.predicates import number
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    iso_currency("original_currency"),
    plausible_day("booking_date"),
    plausible_day("value_date"),
    above_zero("exchange_rate", "A rate of exchange is above zero."),
    warning(
        "amount_is_not_zero",
        ["amount"],
        fails_when=f"{number('amount')} = 0",
        says="An entry of a statement moves money.",
    ),
)
