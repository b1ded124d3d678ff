"""What the source systems hold, compared with raw: each version of a record once.

Documents and tables are compared by key and time of change, the records within a document by their number; where a
profile spells keys in our own codes, by time of change alone. Files are known by their hash.
"""

import fnmatch
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sandbox.settings import load_config
from sandbox.wire.erp_main import TABLES
from tieout.landing.profile import Profile
from tieout.sources.database import DatabaseRead
from tieout.sources.files import FileRead
from tieout.sources.rest import RestRead

# Keys of these are translated by code maps of their profiles.
CODED = ("gl-accounts", "cost-centers", "payment-terms", "tax-codes")
OBJECTS = "select table_name from information_schema.tables where table_schema = 'raw' and table_name <> 'inbox'"
# That the same content is there once the table's own key sees to; a version that came in two contents is there twice.
DOUBLED = """
select _source_system, _record_key, count(*)
from raw.{}
where _source_updated_at is not null
group by _source_system, _record_key, _source_updated_at, _profile_version
having count(*) > 1
"""
Versions = Counter[tuple[str, datetime]]


def doubled_rows(warehouse: psycopg.Connection) -> list[str]:
    """Return the records of which a version (a key at a time of change) is in raw more than once."""
    names = [row[0] for row in warehouse.execute(OBJECTS) if row[0] in _with_lineage(warehouse)]
    return [
        f"raw.{name}: {system} {key} {count} times"
        for name in sorted(names)
        for system, key, count in warehouse.execute(sql.SQL(DOUBLED).format(sql.Identifier(name)))
    ]


def lost_rows(
    warehouse: psycopg.Connection,
    estate: psycopg.Connection,
    profiles: Collection[Profile],
    estate_config: Path,
    until: datetime,
) -> list[str]:
    """Return what the source systems held before ``until`` and raw does not."""
    lost = []
    for system, name, expected in _documents(estate, profiles):
        found = _versions(warehouse, system, name, keyed=any(key for key, _ in expected))
        missing = Counter({version: count for version, count in expected.items() if version[1] < until}) - found
        lost += [f"{system} {name} {key or 'a record'} of {at}" for (key, at), n in missing.items() for _ in range(n)]
    taken = {row[0] for row in warehouse.execute("select payload_sha256 from ops.taken_file")}
    files = _files(profiles, estate_config, until)
    return lost + [str(path) for path, digest in files if digest not in taken]


def _documents(estate: psycopg.Connection, profiles: Collection[Profile]) -> Iterator[tuple[str, str, Versions]]:
    """Yield system, interface object and the versions that the source shows."""
    tables = {table.name: table for table in TABLES}
    for profile in profiles:
        for feed in profile.feeds:
            for mapping in feed.objects:
                if isinstance(feed.read, RestRead):
                    collection = feed.read.path.rsplit("/", 1)[-1]
                    each = re.sub(r"\[\]$", "", mapping.each or "")
                    yield profile.system, mapping.object, _shown(estate, feed.connection, collection, each)
                elif isinstance(feed.read, DatabaseRead) and feed.read.table and feed.cursor:
                    table = tables[feed.read.table]
                    statement = sql.SQL("select {} from erp_main.{}").format(
                        sql.Identifier(table.updated), sql.Identifier(table.name)
                    )
                    yield profile.system, mapping.object, Counter(("", at) for (at,) in estate.execute(statement))


def _shown(estate: psycopg.Connection, system: str, collection: str, each: str) -> Versions:
    # A document whose overlay carries its time of change shows that one.
    statement = (
        "select key, coalesce((overlay ->> 'updatedAt')::timestamptz, updated_at),"
        " case when %s = '' then 1 else jsonb_array_length((doc || overlay) -> %s) end"
        " from estate.docs where system = %s and collection = %s"
    )
    rows = estate.execute(statement, [each, each, system, collection]).fetchall()
    by_key = not each and collection not in CODED
    found: Versions = Counter()
    for key, at, number in rows:
        found[_plain(key) if by_key else "", at] += number or 0
    return found


def _versions(warehouse: psycopg.Connection, system: str, name: str, *, keyed: bool) -> Versions:
    statement = sql.SQL("select _record_key, _source_updated_at from raw.{} where _source_system = %s")
    rows = warehouse.execute(statement.format(sql.Identifier(name)), [system])
    return Counter((_plain(key) if keyed else "", at) for key, at in rows)


def _plain(key: str) -> str:
    return re.sub(r"\W", "", key)


def _with_lineage(warehouse: psycopg.Connection) -> set[str]:
    statement = "select table_name from information_schema.columns where table_schema = 'raw' and column_name = %s"
    return {row[0] for row in warehouse.execute(statement, ["_row_sha256"])}


def _files(profiles: Collection[Profile], estate_config: Path, until: datetime) -> Iterator[tuple[Path, str]]:
    config = load_config(estate_config)
    for profile in profiles:
        for feed in profile.feeds:
            if isinstance(feed.read, FileRead):
                for path in _dropped(config.root_of(feed.connection), feed.read):
                    if datetime.fromtimestamp(path.stat().st_mtime, UTC) < until:
                        yield path, hashlib.sha256(path.read_bytes()).hexdigest()


def _dropped(root: Path, read: Any) -> Iterator[Path]:
    """Yield the files of a feed, those that were taken included."""
    for folder in {read.directory, read.done, read.reject} - {None}:
        directory = root / folder.lstrip("/")
        if directory.is_dir():
            yield from (
                path for path in directory.iterdir() if path.is_file() and fnmatch.fnmatch(path.name, read.pattern)
            )
