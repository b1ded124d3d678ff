"""Expectations of a system of record."""

from expectations.common import validity_in_order
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (validity_in_order(),)
