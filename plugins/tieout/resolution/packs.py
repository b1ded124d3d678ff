"""Whether a statement on a pack leads to the unit that its item is counted in."""

from collections.abc import Iterable
from typing import NamedTuple


class Said(NamedTuple):
    """One unit is some number of another."""

    unit: str
    of_unit: str


def comes_to_base(decided: Said, said: Iterable[Said], base_unit: str) -> bool:
    """Whether a decided statement comes to the base unit with what sources say of the other packs.

    A decision hides what sources say of its unit, and what they say of the unit that it is counted in by its own:
    the way from there must not lead back (docs/reference/items.md, section 8). Statements read in both directions.
    """
    neighbours: dict[str, set[str]] = {}
    for unit, of_unit in said:
        if unit != decided.unit and of_unit != decided.unit:
            neighbours.setdefault(unit, set()).add(of_unit)
            neighbours.setdefault(of_unit, set()).add(unit)
    seen, ahead = {decided.unit}, {decided.of_unit} - {decided.unit}
    while ahead:
        if base_unit in ahead:
            return True
        seen |= ahead
        ahead = {each for unit in ahead for each in neighbours.get(unit, ())} - seen
    return False
