"""Scores pairs of vendors with Splink on DuckDB, in memory, with no file and no network.

Pairs are those that share a key (``vendors.name_keys`` and identifiers); a key that too many share says nothing and is
left out. So the work grows with the vendors, not with their square, and a new vendor meets its blocks only.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
from splink import DuckDBAPI, Linker, SettingsCreator

from tieout.resolution import comparisons
from tieout.resolution.vendors import Features

MODEL = Path(__file__).with_name("model.json")
# Pairs that may be compared: so many for each vendor, or so many in all where there are few vendors.
PAIRS_EACH, PAIRS_AT_LEAST = 25, 250_000
# In memory, with nothing loaded from anywhere.
CONFIGURATION = {
    "memory_limit": "1500MB",
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}
# Of a hundred names that one organisation has in the master, another organisation has this many, unknown to us.
NAMESAKES = 0.15
TEXT = pyarrow.string()
SCHEMA = pyarrow.schema(
    [(field.name, pyarrow.list_(TEXT) if "tuple" in str(field.type) else TEXT) for field in fields(Features)]
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one comparison says of a pair: its level in words, its weight (log2 of how much likelier one vendor is)."""

    comparison: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Link:
    """A scored pair, ``left`` before ``right`` by code point. ``weight`` is the sum of prior and findings."""

    left: str
    right: str
    weight: float
    probability: float
    findings: tuple[Finding, ...]


def load_model(path: Path = MODEL) -> dict[str, Any]:
    """Return the trained model as Splink's settings."""
    return json.loads(path.read_text())


def settings(**changes: Any) -> dict[str, Any]:
    """Return Splink's settings without trained values."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "vendor_id",
        "comparisons": comparisons.comparisons(),
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": "l.keys = r.keys", "arrays_to_explode": ["keys"]},
        ],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        **changes,
    }


def score(vendors: Sequence[Features], least_weight: float, model: dict[str, Any] | None = None) -> list[Link]:
    """Score all pairs that share a key, and return those from a weight on, by ids."""
    if len(vendors) < 2:
        return []
    with linker(_with_keys(vendors, _useful_keys(vendors)), vendors, model) as (made, _connection):
        return _links(made.inference.predict(threshold_match_weight=least_weight))


def score_new(
    new: Sequence[Features], known: Sequence[Features], least_weight: float, model: dict[str, Any] | None = None
) -> list[Link]:
    """Score new vendors against known ones and each other; what is known is not scored again.

    A vendor that is in both is taken as new.
    """
    if not new:
        return []
    fresh = {vendor.vendor_id for vendor in new}
    others = [vendor for vendor in known if vendor.vendor_id not in fresh]
    useful = _useful_keys([*new, *others])
    wanted = useful.intersection(key for vendor in new for key in vendor.keys)
    near = [vendor for vendor in others if not wanted.isdisjoint(vendor.keys)]
    left, right = _with_keys(new, wanted), _with_keys(near, wanted)
    links: list[Link] = []
    with linker([*left, *right], [*new, *others], model) as (made, connection):
        registered = _registered(made, connection, "new_vendors", left)
        if near:
            others_near = _registered(made, connection, "near_vendors", right)
            links += _links(
                made.inference.predict_between(registered, others_near, threshold_match_weight=least_weight)
            )
        links += _links(made.inference.predict_within(registered, threshold_match_weight=least_weight))
    return sorted(links, key=lambda link: (link.left, link.right))


@contextmanager
def linker(
    vendors: Sequence[Features], everybody: Sequence[Features], model: dict[str, Any] | None = None
) -> Iterator[tuple[Linker, Any]]:
    """Yield a linker over vendors, and its DuckDB connection, which is closed afterwards.

    ``everybody`` says how frequent values are. The prior is that each vendor has one duplicate: one pair in as many as
    there are vendors is one vendor.
    """
    connection = duckdb.connect(":memory:", config=CONFIGURATION)
    try:
        connection.execute("set enable_progress_bar = false")
        api = DuckDBAPI(connection)
        connection.register("vendors", _table(vendors))
        connection.register("everybody", _table(everybody, {*comparisons.term_columns(), "tax_token", "city"}))
        prior = {"probability_two_random_records_match": 1 / max(len(everybody), 2)}
        chosen = SettingsCreator.from_path_or_dict({**(model or load_model()), **prior})
        made = Linker(api.register("vendors"), chosen, log_level=None)
        for column in comparisons.term_columns():
            connection.execute(_terms_sql(column))
            made.table_management.register_term_frequency_lookup(api.register(f"terms_{column}"), column)
        yield made, connection
    finally:
        connection.close()


def _terms_sql(column: str) -> str:
    """How often another organisation has the same value.

    Rows of one organisation are counted once, as far as tax id or city tell. A value that one organisation has may yet
    be another's: NAMESAKES of them.
    """
    organisation = "coalesce(tax_token, city, '')"
    return f"""
        create table terms_{column} as
        select
            {column},
            greatest(count(distinct {organisation}) - 1, {NAMESAKES})
            / (select count(*) from everybody where {column} is not null)::double as tf_{column}
        from everybody
        where {column} is not null
        group by {column}
    """  # noqa: S608 - the names are this module's own


def _registered(made: Linker, connection: Any, name: str, vendors: Sequence[Features]) -> Any:
    connection.register(name, _table(vendors))
    return made._db_api.register(name)


def _table(vendors: Sequence[Features], columns: Set[str] | None = None) -> pyarrow.Table:
    """The vendors as a table of these columns, of all where none are named."""
    chosen = [field for field in SCHEMA if columns is None or field.name in columns]
    arrays = [pyarrow.array([getattr(vendor, field.name) for vendor in vendors], field.type) for field in chosen]
    return pyarrow.table(arrays, schema=pyarrow.schema(chosen))


def _useful_keys(vendors: Sequence[Features]) -> set[str]:
    """The keys that several vendors share, and not too many."""
    counts = Counter(chain.from_iterable(vendor.keys for vendor in vendors))
    largest = _largest_block(counts, max(PAIRS_AT_LEAST, PAIRS_EACH * len(vendors)))
    return {key for key, count in counts.items() if 1 < count <= largest}


def _with_keys(vendors: Sequence[Features], kept: Set[str]) -> list[Features]:
    return [replace(vendor, keys=tuple(key for key in vendor.keys if key in kept)) for vendor in vendors]


def _largest_block(counts: Mapping[str, int], pairs: int) -> int:
    """How many vendors may share a key, so that the pairs of all keys together are no more than these."""
    for size, blocks in sorted(Counter(counts.values()).items()):
        pairs -= blocks * size * (size - 1) // 2
        if pairs < 0:
            return size - 1
    return max(counts.values(), default=0)


def _links(predictions: Any) -> list[Link]:
    """Scored pairs as links, in order."""
    words = comparisons.level_words()
    adjusted = {column.removeprefix("mw_tf_adj_") for column in predictions.as_duckdbpyrelation().columns}
    columns = ["vendor_id_l", "vendor_id_r", "match_weight", "match_probability"]
    for name in words:
        columns += [f"gamma_{name}", f"mw_{name} + mw_tf_adj_{name}" if name in adjusted else f"mw_{name}"]
    rows = predictions.as_duckdbpyrelation().select(", ".join(columns)).fetchall()
    levels = list(words.items())
    return sorted((_link(row, levels) for row in rows), key=lambda link: (link.left, link.right))


def _link(row: tuple[Any, ...], levels: Sequence[tuple[str, tuple[str, ...]]]) -> Link:
    left, right = sorted(row[:2])
    told = zip(levels, row[4::2], row[5::2], strict=True)
    findings = tuple(Finding(name, words[level], weight) for (name, words), level, weight in told if level >= 0)
    return Link(left, right, row[2], row[3], findings)
