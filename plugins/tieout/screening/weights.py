"""What a resemblance of names and of places is worth: the weights that the model of vendors was trained with.

A score is the weight of name and place over that of the same words. A place that differs takes nothing away: who hides
does so at another address. docs/adr/0023-screening.md.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from tieout.resolution.comparisons import NAME, PLACE
from tieout.resolution.linkage import load_model

SAME, INITIALS, WEAK = "the same words", "one is the other's first letters", "almost the same telling words"
_PLACES = Decimal("0.001")


@dataclass(frozen=True)
class Level:
    """A level of a comparison: the condition under which it holds, in words, and its weight."""

    condition: str
    words: str
    weight: float


@cache
def name_levels() -> tuple[Level, ...]:
    """Return the levels of names, the first that holds is the pair's.

    Three letters are the beginning of some name on any long list: first letters count as a weak name does.
    """
    levels = _levels(NAME)
    weak = next(level.weight for level in levels if level.words == WEAK)
    return tuple(Level(each.condition, each.words, weak if each.words == INITIALS else each.weight) for each in levels)


@cache
def place_levels() -> tuple[Level, ...]:
    """Return the levels of places that speak for a pair."""
    return tuple(level for level in _levels(PLACE) if level.weight > 0)


def whole() -> float:
    """Return the weight that a score of 1 stands for."""
    return next(level.weight for level in name_levels() if level.words == SAME)


def score(weight: float) -> Decimal:
    """Return a weight as a score, 0 to 1, to three decimals."""
    return Decimal(min(max(weight / whole(), 0), 1)).quantize(_PLACES)


def _levels(comparison: str) -> list[Level]:
    model = load_model()
    (made,) = (each for each in model["comparisons"] if each["output_column_name"] == comparison)
    levels = (each for each in made["comparison_levels"] if not each.get("is_null_level"))
    return [Level(each["sql_condition"], each["label_for_charts"], _weight(each)) for each in levels]


def _weight(level: Mapping[str, Any]) -> float:
    return math.log2(level["m_probability"] / level["u_probability"])
