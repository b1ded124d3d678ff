"""Expectations of a tax code."""

from expectations.common import percent, validity_in_order
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    percent("rate_pct", says="A tax rate lies between 0 and 100 percent."),
    validity_in_order(),
)
