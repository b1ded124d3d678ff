"""Expectations of an item."""

from expectations.common import shaped
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    shaped("gtin", "^([0-9]{8}|[0-9]{12,14})$", says="gtin has 8, 12, 13 or 14 digits (GS1)."),
    shaped("unspsc", "^[0-9]{8}([0-9]{2})?$", says="unspsc has 8 digits, or 10 with the business function."),
)
