"""Expectations of a payment instruction or proposal."""

from expectations.common import above_zero, iso_currency, plausible_day
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    above_zero("amount", says="A payment pays more than zero."),
    plausible_day("requested_date"),
    warning(
        "a_settled_payment_says_when",
        ["status", "settled_at"],
        fails_when="status = 'settled' and settled_at is null",
        says="A payment that was settled says when.",
    ),
)
