"""Reads what is known of listed parties: each with its other names and its addresses."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from tieout.resolution import contacts, known

OBJECTS = ("screening_entry", "screening_alias", "screening_address")
# Vessels and aircraft are no vendors: their owners are listed as such.
PAYABLE = ("organisation", "individual")
_ENTRY = ("list", "entry_id", "name", "kind", "program", "title", "listed_on", "remarks")
_ALIAS = ("list", "entry_id", "name")
_ADDRESS = ("list", "entry_id", "address", "city", "region", "postal_code", "country")


@dataclass(frozen=True)
class Place:
    """An address in the spelling in which addresses of vendors are compared; None is unknown."""

    address: str | None
    postal_code: str | None
    city: str | None


@dataclass(frozen=True)
class Listed:
    """A listed party. ``facts_sha256`` is of everything that its list says of it."""

    list: str
    entry_id: str
    name: str
    aliases: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    facts_sha256: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name and the others, each once."""
        return (self.name, *(alias for alias in self.aliases if alias != self.name))


def changed_at(connection: psycopg.Connection) -> datetime | None:
    """Return when lists changed last; None where none was ever known."""
    return known.news(connection, OBJECTS)


def listed(connection: psycopg.Connection) -> list[Listed]:
    """Return every party that is on a list now, by list and entry."""
    names, places = (
        _by_entry(connection, "screening_alias", _ALIAS),
        _by_entry(connection, "screening_address", _ADDRESS),
    )
    rows = [row for row in known.newest(connection, "screening_entry", _ENTRY) if row["kind"] in PAYABLE]
    made = [_listed(row, names[_key(row)], places[_key(row)]) for row in rows]
    return sorted(made, key=lambda each: (each.list, each.entry_id))


def _listed(row: Mapping[str, Any], names: Iterable[Mapping], places: Iterable[Mapping]) -> Listed:
    aliases = sorted({alias["name"] for alias in names})
    addresses = sorted({tuple(place[field] or "" for field in _ADDRESS[2:]) for place in places})
    told = json.dumps([[row[field] for field in _ENTRY], aliases, addresses])
    return Listed(
        list=row["list"],
        entry_id=row["entry_id"],
        name=row["name"],
        aliases=tuple(aliases),
        places=tuple({place_of(*address[:4]): None for address in addresses}),
        facts_sha256=hashlib.sha256(told.encode()).hexdigest(),
    )


def place_of(address: str, city: str, region: str, postal_code: str) -> Place:
    """Return an address as it is compared. Without a postal code of its own it is what ends the region with digits."""
    words = region.split()
    kept = len(words)
    while kept and any(map(str.isdigit, words[kept - 1])):
        kept -= 1
    town = city.split()
    while town and any(map(str.isdigit, town[-1])):
        town.pop()
    return Place(
        address=contacts.address(address) or None,
        postal_code=contacts.postal_code(postal_code or " ".join(words[kept:])) or None,
        city=contacts.city(" ".join(town)) or None,
    )


def _by_entry(
    connection: psycopg.Connection, object_name: str, columns: tuple[str, ...]
) -> dict[tuple[str, str], list[Mapping]]:
    found: dict[tuple[str, str], list[Mapping]] = defaultdict(list)
    for row in known.newest(connection, object_name, columns):
        found[_key(row)].append(row)
    return found


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["list"], row["entry_id"]
