"""Expectations of a counted item and location."""

from expectations.common import not_negative, plausible_instant
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    not_negative("counted_qty", says="What was counted is not negative."),
    plausible_instant("at"),
)
