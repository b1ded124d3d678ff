"""Vendors and item categories that policies name, against those that the warehouse knows.

Only where it knows any: policies land before the first vendor does. A value that was taken once stays good, so that a
merge of vendors or the end of a category does not stop the configuration.
"""

from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from tieout.landing.policy_files import SCOPES, read_rows
from tieout.landing.problems import Problem

KNOWN = {
    "vendor_key": (
        "int_vendor_crosswalk",
        ("vendor_id", "vendor_key"),
        "vendor: write the key of one in mart.dim_vendor",
    ),
    "item_category": ("int_items", ("category",), "item category: write one of those in mart.dim_item"),
}


def unknown_values(connection: psycopg.Connection, directory: Path) -> Iterator[Problem]:
    """Yield vendors and item categories in ``config/policies`` that the warehouse does not know, by file and line."""
    for object_name, columns in SCOPES.items():
        path = directory / "policies" / f"{object_name}.csv"
        for column in KNOWN if path.exists() else ():
            if column in columns:
                yield from _unknown(connection, path, object_name, column)


def _unknown(connection: psycopg.Connection, path: Path, object_name: str, column: str) -> Iterator[Problem]:
    named = [(row.line, row.get(column)) for row in read_rows(path)[1] if row.get(column)]
    known = _known(connection, object_name, column) if named else set()
    for line, value in named if known else ():
        if value not in known:
            yield Problem(str(path), line, column, f"{value!r} is no {KNOWN[column][2]}, or leave it blank for any")


def _known(connection: psycopg.Connection, object_name: str, column: str) -> set[str]:
    """What masters say, and what has landed before; nothing where there are no masters yet."""
    table, keys, _ = KNOWN[column]
    (exists,) = connection.execute("select to_regclass(%s) is not null", (f"canonical.{table}",)).fetchone() or (False,)
    known = _distinct(connection, "canonical", table, keys) if exists else set()
    return known | _distinct(connection, "raw", object_name, (column,)) if known else known


def _distinct(connection: psycopg.Connection, schema: str, table: str, columns: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for column in columns:
        query = sql.SQL("select distinct {} from {}").format(sql.Identifier(column), sql.Identifier(schema, table))
        found |= {value for (value,) in connection.execute(query) if value}
    return found
