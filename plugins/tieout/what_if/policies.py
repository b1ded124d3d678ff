"""The policies that a what-if is given: read and checked as ours are, and put where its staging models read them."""

import csv
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tieout.errors import ConfigurationError
from tieout.landing.configuration_files import OWN_SYSTEM, POLICY_OBJECTS, load_configuration
from tieout.warehouse.connection import connect
from tieout.warehouse.copies import Copy

Rows = list[dict[str, str]]


def read_policies(policies: Path, config: Path) -> dict[str, Rows]:
    """Read the given policy files, checked as they are when our own configuration is loaded; rows by object.

    Raises:
        ConfigurationError: there is none, or something is wrong in one; the message names file, row and field.
    """
    files = {path.stem: path for path in ([policies] if policies.is_file() else sorted(policies.glob("*.csv")))}
    if not files or set(files) - set(POLICY_OBJECTS):
        raise ConfigurationError(
            f"{policies} holds {', '.join(sorted(files)) or 'no policies'}.",
            f"Name files after what they replace: {', '.join(f'{name}.csv' for name in POLICY_OBJECTS)}.",
        )
    with _configuration_with(files, config) as together:
        try:
            load_configuration(together)
        except ConfigurationError as error:
            message = error.message.replace(f"{together / 'policies'}/", "")
            raise ConfigurationError(f"{policies}: {message}", error.advice) from error
    return {name: _rows(path) for name, path in files.items()}


@contextmanager
def _configuration_with(files: Mapping[str, Path], config: Path) -> Iterator[Path]:
    """Give a configuration folder that differs from ours in these policy files."""
    with tempfile.TemporaryDirectory(prefix="tieout-what-if-") as name:
        folder = Path(name)
        for part in ("objects", "sources", "entities"):
            (folder / part).symlink_to((config / part).resolve())
        (folder / "policies").mkdir()
        present = {path.stem: path for path in (config / "policies").glob("*.csv")}
        for stem, path in (present | dict(files)).items():
            (folder / "policies" / f"{stem}.csv").symlink_to(path.resolve())
        yield folder


def _rows(path: Path) -> Rows:
    with path.open(newline="") as file:
        return [{name: value.strip() for name, value in row.items()} for row in csv.DictReader(file)]


def sha256(given: Mapping[str, Rows]) -> str:
    """Return the hash of given policies."""
    return hashlib.sha256(repr(sorted(given.items())).encode()).hexdigest()


def stage(dsn: str, copy: Copy, given: Mapping[str, Rows], now: datetime) -> None:
    """Put the given rows where the what-if's staging models look for them, in the columns of raw."""
    schema = f"{copy.prefix}raw"
    with connect(dsn) as connection:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        for name, rows in given.items():
            table = sql.Identifier(schema, name)
            connection.execute(
                sql.SQL("create table {} (like {} including defaults)").format(table, sql.Identifier("raw", name))
            )
            _insert(connection, table, name, rows, now)


def _insert(
    connection: psycopg.Connection, table: sql.Identifier, name: str, rows: Sequence[Any], now: datetime
) -> None:
    for number, row in enumerate(rows, start=1):
        values = {column: value or None for column, value in row.items()} | {
            "_source_system": OWN_SYSTEM,
            "_record_key": f"{name} {number}",
            "_batch_id": "what-if",
            "_payload_sha256": "",
            "_row_number": number,
            "_row_sha256": str(number),
            "_profile_version": 1,
            "_source_updated_at": now,
            "_ingested_at": now,
            "_trace_id": "what-if",
        }
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                table,
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(map(sql.Placeholder, values)),
            ),
            values,
        )
