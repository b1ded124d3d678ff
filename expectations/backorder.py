"""Expectations of a backordered PO line."""

from expectations.common import above_zero, plausible_day, plausible_instant
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    above_zero("qty", says="The quantity on backorder is above zero."),
    plausible_day("expected_date"),
    plausible_instant("at"),
)
