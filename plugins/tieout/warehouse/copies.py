"""Copies of the warehouse in schemas of their own: their names, the ledger ``ops.rebuild``, and how they go again.

A copy is built from the same models as the warehouse, with a prefix before each schema. It reads raw and the logs, and
writes only under its prefix.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg import sql

from tieout.errors import ConfigurationError
from tieout.warehouse.connection import connect

Kind = Literal["rebuild", "what_if"]

# `raw` holds what a what-if was given; the others are dbt's.
LAYERS = ("raw", "staging", "canonical", "match", "mart", "fb", "steward")
AUDITOR = "auditor"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")


@dataclass(frozen=True)
class Copy:
    """A copy of the warehouse by its kind and the name that somebody gave it."""

    kind: Kind
    name: str

    def __post_init__(self) -> None:
        """Refuse a name that does not do as part of a schema's name."""
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                f"{self.name!r} is no name for a {self.kind}.",
                "Use up to 30 small letters, digits and underscores, a letter first: close_march.",
            )

    @property
    def prefix(self) -> str:
        """What stands before the name of each of its schemas."""
        return f"{self.kind}_{self.name}_"


def open_copy(dsn: str, copy: Copy, *, as_of: datetime, now: datetime, dag_run_id: str | None) -> int:
    """Note that a copy is being built and return its id. One that stands under its name goes first."""
    with connect(dsn) as connection:
        drop_copy(connection, copy, now=now)
        row = connection.execute(
            "insert into ops.rebuild (kind, name, schema_prefix, as_of, dag_run_id, started_at)"
            " values (%s, %s, %s, %s, %s, %s) returning rebuild_id",
            (copy.kind, copy.name, copy.prefix, as_of, dag_run_id, now),
        ).fetchone()
    if row is None:  # `insert … returning` of one row always answers; says so to the type checker
        raise RuntimeError("The copy was not noted.")
    return int(row[0])


def close_copy(dsn: str, rebuild_id: int, *, succeeded: bool, now: datetime) -> None:
    """Note how the building of a copy ended."""
    with connect(dsn) as connection:
        connection.execute(
            "update ops.rebuild set state = %s, ended_at = %s where rebuild_id = %s",
            ("succeeded" if succeeded else "failed", now, rebuild_id),
        )


def drop_copy(connection: psycopg.Connection, copy: Copy, *, now: datetime) -> bool:
    """Drop a copy's schemas and say whether one stood; the caller commits. Only schemas of its prefix are looked at."""
    for layer in LAYERS:
        connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(f"{copy.prefix}{layer}")))
    dropped = connection.execute(
        "update ops.rebuild set state = 'dropped', dropped_at = %s where schema_prefix = %s and state <> 'dropped'",
        (now, copy.prefix),
    )
    return dropped.rowcount > 0


def standing(connection: psycopg.Connection, kind: Kind) -> list[str]:
    """Return the names of the copies of a kind that were not dropped, the newest first."""
    rows = connection.execute(
        "select name from ops.rebuild where kind = %s and state <> 'dropped' order by rebuild_id desc", (kind,)
    )
    return [name for (name,) in rows.fetchall()]


def show_to_auditor(connection: psycopg.Connection, copy: Copy) -> bool:
    """Let the role ``auditor`` read a copy's marts; say whether there is such a role. The caller commits."""
    if connection.execute("select from pg_roles where rolname = %s", (AUDITOR,)).fetchone() is None:
        return False
    schema, role = sql.Identifier(f"{copy.prefix}mart"), sql.Identifier(AUDITOR)
    connection.execute(sql.SQL("grant usage on schema {} to {}").format(schema, role))
    connection.execute(sql.SQL("grant select on all tables in schema {} to {}").format(schema, role))
    return True
