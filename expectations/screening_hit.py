"""Expectations of a resemblance between a vendor and a listed party."""

from tieout.quality.predicates import number
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    critical(
        "a_hit_reaches_its_threshold",
        ["score", "threshold"],
        fails_when=f"{number('score')} < {number('threshold')}",
        says="A hit's score is its threshold or more.",
    ),
    critical(
        "a_score_is_a_part_of_one",
        ["score"],
        fails_when=f"{number('score')} not between 0 and 1",
        says="A score lies between 0 and 1.",
    ),
)
