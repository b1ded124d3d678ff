"""Expectations of an exchange rate."""

from expectations.common import above_zero, iso_currency, plausible_day
from tieout.quality.predicates import number
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    iso_currency("from_currency"),
    iso_currency("to_currency"),
    above_zero("rate", says="An exchange rate is above zero."),
    plausible_day("rate_date"),
    warning(
        "a_currency_is_worth_itself",
        ["from_currency", "to_currency", "rate"],
        fails_when=f"from_currency = to_currency and {number('rate')} <> 1",
        says="The rate of a currency to itself is 1.",
    ),
)
