"""Compares vendors with listed parties on DuckDB, in memory: by the spelling, keys and levels of vendor resolution.

Pairs are those that share a key of their names or an address; a key that too many share says nothing and is left out,
but never the name itself. So the work grows with vendors and entries, not with their product.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow

from tieout.resolution.linkage import CONFIGURATION
from tieout.resolution.vendors import Features, Vendor, features
from tieout.screening import weights
from tieout.screening.lists import Listed, Place

# Pairs that may be compared: so many for each vendor, or so many in all where there are few.
PAIRS_EACH, PAIRS_AT_LEAST = 250, 1_000_000
# Keys of which none is left out: the whole name, and an address.
KEPT = ("n:", "a:")
TEXT = pyarrow.string()
_NAME = (
    ("name_ordered", TEXT), ("name_squashed", TEXT), ("name_traded", TEXT), ("name_core", TEXT), ("name_head", TEXT),
    ("name_written", TEXT), ("name_short", TEXT), ("name_acronyms", pyarrow.list_(TEXT)),
)  # fmt: skip
_PLACE = (("address", TEXT), ("postal_code", TEXT), ("city", TEXT))
_NAMED = """
create table named as
with pair as (select distinct vendor, name from vendor_key inner join name_key using (key))
select pair.vendor, pair.name, names.entry_r as entry, {level} as level
from pair
inner join vendors on pair.vendor = vendors.vendor_l
inner join names on pair.name = names.name_r
"""
_PLACED = """
select named.vendor, named.entry, {level} as level
from (select distinct vendor, entry from named) as named
inner join vendors on named.vendor = vendors.vendor_l
inner join places on named.entry = places.entry_r
"""


@dataclass(frozen=True)
class Match:
    """A vendor number that resembles a listed party, and by which of its names. ``evidence`` says what is alike."""

    vendor_id: str
    listed: Listed
    matched_name: str
    score: Decimal
    evidence: str


def matches(vendors: Sequence[Vendor], listed: Sequence[Listed], threshold: Decimal) -> list[Match]:
    """Return who resembles whom, from a score on, by vendor number, list and entry.

    Args:
        vendors: vendor numbers to screen.
        listed: everybody on a list.
        threshold: the least score, above 0 and at most 1.
    """
    compared = [features(vendor) for vendor in vendors]
    names = [(entry, name, features(Vendor("", name))) for entry, one in enumerate(listed) for name in one.names]
    with _tables(compared, names, listed) as connection:
        connection.execute(_NAMED.format(level=_case(weights.name_levels())))
        found = _strong(connection, threshold)
    made = (_match(vendors[row[0]], listed[row[1]], names[row[2]][1], row, threshold) for row in found)
    return sorted(
        (match for match in made if match is not None),
        key=lambda match: (match.vendor_id, match.listed.list, match.listed.entry_id),
    )


@contextmanager
def _tables(
    compared: Sequence[Features], names: Sequence[tuple[int, str, Features]], listed: Sequence[Listed]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database with vendors, listed names, places of entries and the keys that vendors and names share."""
    places = [(entry, place) for entry, one in enumerate(listed) for place in one.places]
    beside = {entry: [key for place in one.places if (key := _address_key(place))] for entry, one in enumerate(listed)}
    vendor_keys = [[key for key in each.keys if key[:2] not in ("x:", "y:")] for each in compared]
    name_keys = [[*each.keys, *beside[entry]] for entry, _, each in names]
    shared = _shared(vendor_keys, name_keys)
    connection = duckdb.connect(":memory:", config=CONFIGURATION)
    try:
        connection.execute("set enable_progress_bar = false")
        columns = (*_NAME, *_PLACE)
        made = {
            "vendors": _table("l", {"vendor": range(len(compared))}, compared, columns),
            "names": _table(
                "r", {"name": range(len(names)), "entry": [entry for entry, _, _ in names]},
                [each for _, _, each in names], _NAME,
            ),
            "places": _table("r", {"entry": [entry for entry, _ in places]}, [place for _, place in places], _PLACE),
            "vendor_key": _keyed("vendor", vendor_keys, shared),
            "name_key": _keyed("name", name_keys, shared),
        }  # fmt: skip
        for name, table in made.items():
            connection.register(name, table)
        yield connection
    finally:
        connection.close()


def _strong(connection: duckdb.DuckDBPyConnection, threshold: Decimal) -> list[tuple[Any, ...]]:
    """Rows of vendor, entry, name, level of the name and, where there is one, level of the place, that may suffice.

    Of an entry's names the one that weighs most, the own name before others; of its places the one that does.
    """
    names, places = _weights("level", weights.name_levels()), _weights("level", weights.place_levels())
    least = float(threshold) * weights.whole() - 0.01
    most = max(level.weight for level in weights.place_levels())
    query = f"""
        with best as (
            select vendor, entry, name, level, {names} as weight
            from named
            where level is not null and {names} >= {least - most}
            qualify row_number() over (partition by vendor, entry order by {names} desc, name) = 1
        ),
        placed as ({_PLACED.format(level=_case(weights.place_levels()))}),
        place as (
            select vendor, entry, level, {places} as weight
            from placed
            where level is not null
            qualify row_number() over (partition by vendor, entry order by {places} desc) = 1
        )
        select best.vendor, best.entry, best.name, best.level, place.level
        from best
        left join place on best.vendor = place.vendor and best.entry = place.entry
        where best.weight + coalesce(place.weight, 0) >= {least}
    """  # noqa: S608 - conditions and weights are the model's
    return connection.execute(query).fetchall()


def _match(vendor: Vendor, listed: Listed, name: str, row: tuple[Any, ...], threshold: Decimal) -> Match | None:
    levels = [weights.name_levels()[row[3]]]
    if row[4] is not None:
        levels.append(weights.place_levels()[row[4]])
    score = weights.score(sum(level.weight for level in levels))
    if score < threshold:
        return None
    return Match(vendor.vendor_id, listed, name, score, "; ".join(level.words for level in levels))


def _case(levels: Iterable[weights.Level]) -> str:
    """The number of the first level whose condition holds; null where none does, or the last says so."""
    told = [(number, level.condition) for number, level in enumerate(levels) if level.condition != "ELSE"]
    return "case " + " ".join(f"when {condition} then {number}" for number, condition in told) + " end"


def _weights(column: str, levels: Sequence[weights.Level]) -> str:
    told = " ".join(f"when {number} then {level.weight!r}" for number, level in enumerate(levels))
    return f"(case {column} {told} end)"


def _address_key(place: Place) -> str | None:
    """The key under which vendors of this address are found (``resolution.vendors.features``)."""
    where = place.postal_code or place.city
    return f"a:{place.address}|{where}" if place.address and where else None


def _shared(vendor_keys: Sequence[Sequence[str]], name_keys: Sequence[Sequence[str]]) -> set[str]:
    """The keys of both sides, without those that would make too many pairs, the most frequent first."""
    left = Counter(key for keys in vendor_keys for key in keys)
    right = Counter(key for keys in name_keys for key in keys)
    pairs = sorted((left[key] * right[key], key) for key in left.keys() & right.keys())
    allowed = max(PAIRS_AT_LEAST, PAIRS_EACH * len(vendor_keys))
    kept = set()
    for count, key in pairs:
        allowed -= count
        if allowed >= 0 or key.startswith(KEPT):
            kept.add(key)
    return kept


def _keyed(column: str, keys: Sequence[Sequence[str]], kept: set[str]) -> pyarrow.Table:
    rows = [(number, key) for number, own in enumerate(keys) for key in own if key in kept]
    return pyarrow.table({
        column: pyarrow.array([number for number, _ in rows], pyarrow.int32()),
        "key": pyarrow.array([key for _, key in rows], TEXT),
    })  # fmt: skip


def _table(
    side: str, numbers: dict[str, Any], rows: Sequence[Any], columns: Sequence[tuple[str, Any]]
) -> pyarrow.Table:
    """Rows as a table whose columns end in the side that conditions call them by."""
    made = {f"{name}_{side}": pyarrow.array(values, pyarrow.int32()) for name, values in numbers.items()}
    made |= {f"{name}_{side}": pyarrow.array([getattr(row, name) for row in rows], kind) for name, kind in columns}
    return pyarrow.table(made)
