"""Expectations of a promise."""

from expectations.common import above_zero
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (above_zero("hours", says="A promise gives more than zero hours."),)
