"""Expectations of a requisition line."""

from expectations.common import above_zero, plausible_instant
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    above_zero("qty", says="More than zero is asked for."),
    plausible_instant("requested_at"),
)
