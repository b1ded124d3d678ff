"""Expectations of a unit of an item. Whether packs fit together is judged where they are multiplied out (items)."""

from expectations.common import above_zero, trade_item_number
from tieout.quality.predicates import number
from tieout.quality.rules import Check, critical

MOST = 1_000_000
"""No pack holds more of what it is counted in: it is a price, a date or an item number in the wrong column."""

_FACTOR, _DIVISOR = number("factor"), f"coalesce({number('factor_denominator')}, 1)"

CHECKS: tuple[Check, ...] = (
    above_zero("factor", says="A unit holds more than zero of what it is counted in."),
    above_zero("factor_denominator", says="A factor is divided by more than zero."),
    critical(
        "factor_is_believable",
        ["factor", "factor_denominator"],
        fails_when=(
            f"{_FACTOR} > 0 and {_DIVISOR} > 0 and ({_FACTOR} > {MOST} * {_DIVISOR} or {_DIVISOR} > {MOST} * {_FACTOR})"
        ),
        says=f"A unit holds at most {MOST} of what it is counted in, and at least a part in {MOST} of one.",
    ),
    *trade_item_number(),
)
