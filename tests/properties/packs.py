"""Packs of an item read from statements in plain Python, with exact fractions; and statements at random."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

BASE, UNITS = "EA", ("EA", "BX", "CS", "PK", "PF")
MOST, DIGITS = 10**9, 10**15
Edge = tuple[str, str, Fraction, int]
"""One of the first unit is so many of the second; and the statement's number."""


@dataclass(frozen=True)
class Said:
    """One `unit` is `factor` by `denominator` of `of_unit` (the base unit where none), for an entity and vendor."""

    unit: str
    factor: int
    denominator: int | None = None
    of_unit: str | None = None
    entity: str = ""
    vendor: str = ""


@st.composite
def graphs(draw: st.DrawFn) -> list[Said]:
    """Up to seven statements on an item, of which many fit together and some cannot be."""
    sizes = {unit: draw(st.sampled_from([1, 2, 6, 12])) for unit in UNITS} | {BASE: 1}
    rows = {}
    for _ in range(draw(st.integers(0, 7))):
        unit, of = draw(st.sampled_from(UNITS)), draw(st.sampled_from((None, *UNITS)))
        true = Fraction(sizes[unit], sizes[of or BASE])
        said = draw(st.sampled_from([true, true, true, Fraction(5), Fraction(0), Fraction(-1, 3), Fraction(10**9 + 1)]))
        entity, vendor = draw(st.sampled_from(["", "", "", "H1"])), draw(st.sampled_from(["", "", "", "V9"]))
        row = Said(unit, said.numerator, said.denominator if said.denominator > 1 else None, of, entity, vendor)
        rows[(unit, of, entity, vendor)] = row
    return list(rows.values())


def packs_of(graph: list[Said]) -> dict[tuple[str, str, str], Fraction | str]:
    """By entity, vendor and unit: base units in one, or why there is none. None for an item with plain packs."""
    if not any(map(_special, graph)):
        return {}
    found = {}
    for entity in {"", *(row.entity for row in graph)}:
        for vendor in {"", *(row.vendor for row in graph)}:
            held = _held(graph, entity, vendor)
            found.update({(entity, vendor, unit): pack for unit, pack in _judged(held).items()})
    return found


def _special(row: Said) -> bool:
    if row.unit == BASE and row.of_unit in (None, BASE):
        return row.factor != (row.denominator or 1)
    if row.factor <= 0 or _absurd(Fraction(row.factor, row.denominator or 1)):
        return True
    return bool(row.denominator or row.of_unit or row.entity or row.vendor or row.unit == BASE)


def _held(graph: list[Said], entity: str, vendor: str) -> list[Said]:
    """Of each unit the statements that are most particular for this entity and vendor."""

    def about(row: Said) -> str:
        return (row.of_unit or BASE) if row.unit == BASE else row.unit

    fitting = [row for row in graph if row.entity in ("", entity) and row.vendor in ("", vendor)]
    best = {}
    for row in fitting:
        best[about(row)] = max(best.get(about(row), ("", "")), (row.vendor, row.entity))
    return [row for row in fitting if (row.vendor, row.entity) == best[about(row)]]


def _judged(held: list[Said]) -> dict[str, Fraction | str]:
    possible = [(row, Fraction(row.factor, row.denominator or 1)) for row in held if row.factor > 0]
    edges: list[Edge] = []
    for number, (row, factor) in enumerate(possible):
        edges += [(row.unit, row.of_unit or BASE, factor, number), (row.of_unit or BASE, row.unit, 1 / factor, number)]
    result: dict[str, Fraction | str] = {}
    for unit in {row.unit for row in held} | {row.of_unit for row in held if row.of_unit} | {BASE}:
        own = [row for row in held if row.unit == unit]
        factors = set(_products(edges, unit, frozenset())) if unit != BASE else {Fraction(1)}
        if any(row.factor <= 0 for row in own):
            result[unit] = "impossible"
        elif len(factors) > 1 or any(map(_is_another_of_itself, own)):
            result[unit] = "contradiction"
        elif not factors:
            result[unit] = "circular" if _circles(held, unit, ()) else "unlinked"
        elif unit != BASE:
            (factor,) = factors
            result[unit] = "absurd" if _absurd(factor) else factor
    return result


def _is_another_of_itself(row: Said) -> bool:
    return (row.of_unit or BASE) == row.unit and row.factor != (row.denominator or 1)


def _absurd(factor: Fraction) -> bool:
    return factor > MOST or 1 / factor > MOST or max(factor.numerator, factor.denominator) >= DIGITS


def _products(edges: list[Edge], unit: str, passed: frozenset[str]) -> Iterator[Fraction]:
    """What one of the unit is in base units, by each way that meets no unit twice."""
    if unit == BASE:
        yield Fraction(1)
        return
    for first, second, factor, _ in edges:
        if first == unit and second not in passed and second != unit:
            for rest in _products(edges, second, passed | {unit}):
                yield factor * rest


def _circles(held: list[Said], unit: str, passed: tuple[str, ...]) -> bool:
    """Whether one comes round to a unit that was met, from a unit to what it is counted in."""
    if unit in passed:
        return True
    return any(_circles(held, row.of_unit or BASE, (*passed, unit)) for row in held if row.unit == unit)
