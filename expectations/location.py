"""Expectations of a ship-to or stock location."""

from expectations.common import shaped
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (shaped("gln", "^[0-9]{13}$", says="gln has 13 digits (GS1)."),)
