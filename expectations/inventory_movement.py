"""Expectations of a stock movement."""

from expectations.common import plausible_instant
from tieout.quality.predicates import number
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    plausible_instant("at"),
    warning("something_moves", ["qty"], fails_when=f"{number('qty')} = 0", says="A stock movement moves something."),
)
