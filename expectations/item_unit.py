"""Expectations of a unit of an item."""

from expectations.common import above_zero, shaped
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    above_zero("factor", says="A unit holds more than zero base units."),
    shaped("gtin", "^([0-9]{8}|[0-9]{12,14})$", says="gtin has 8, 12, 13 or 14 digits (GS1)."),
)
