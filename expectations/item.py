"""Expectations of an item."""

from expectations.common import shaped, trade_item_number
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    *trade_item_number(),
    shaped("unspsc", "^[0-9]{8}([0-9]{2})?$", says="unspsc has 8 digits, or 10 with the business function."),
)
