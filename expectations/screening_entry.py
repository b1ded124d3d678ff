"""Expectations of an entry of a list of sanctioned or excluded parties."""

from expectations.common import plausible_day
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (plausible_day("listed_on"),)
