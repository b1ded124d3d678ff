"""Vendors whose organisation is known: what a model is trained on and measured with."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from tieout.resolution.decisions import Pair
from tieout.resolution.vendors import Account, Vendor


@dataclass(frozen=True)
class Labelled:
    """A vendor, the organisation that it is, and the kind of mess that was made of it."""

    vendor: Vendor
    entity: str
    mess: str


def read(path: Path) -> list[Labelled]:
    """Read a CSV as ``python -m sandbox.vendors`` writes it: a vendor's columns, ``entity``, ``mess``, bank token."""
    with path.open(newline="", encoding="utf-8") as file:
        return [labelled(row) for row in csv.DictReader(file)]


def labelled(row: dict[str, str]) -> Labelled:
    """Make one from a row as the made-up masters have it."""
    accounts = [Account(row["bank_token"], row["bank_last4"])] if row.get("bank_token") else []
    return Labelled(Vendor.of(row, accounts), row["entity"], row.get("mess", ""))


def true_pairs(labelled: Iterable[Labelled]) -> Iterator[Pair]:
    """Yield each two vendors that are one organisation, the lower id first."""
    groups = defaultdict(list)
    for each in labelled:
        groups[each.entity].append(each.vendor.vendor_id)
    for group in groups.values():
        yield from combinations(sorted(group), 2)
