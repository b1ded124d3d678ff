"""Brings all ciphertexts under the current key, so that an older one can be taken away (docs/reference/trust.md).

Each chunk of rows and each object of the archive is done by itself: a run that ends anywhere leaves what it did, and
the next does what is left. What is encrypted stays the same, and so do tokens: payments and joins don't notice.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tieout import audit
from tieout.archive.keys import PREFIX, Keys
from tieout.archive.store import Archive
from tieout.warehouse.connection import connect

CHUNK = 2000
SEALED = ("objects", "anchors", "feedback")
"""Folders of the archive whose files are encrypted."""
EXTRA = "_extra"
_COLUMNS = """
select table_name, array_agg(column_name::text order by column_name)
from information_schema.columns
where table_schema = 'raw'
    and (column_name like '%\\_encrypted' and data_type = 'text' or column_name = '_extra' and data_type = 'jsonb')
group by table_name
order by table_name
"""
_WAITING = """
select count(*)
from ops.inbox_waiting
inner join raw.inbox using (inbox_id)
where substring(body_encrypted from 1 for 4) <> %s
"""
Row = dict[str, Any]


@dataclass(frozen=True)
class Rotated:
    """What a rotation did, and what still needs an older key.

    Attributes:
        key: short id of the current key.
        rows: of raw that were under an older one.
        objects: of the archive that were.
        events_waiting: received under an older key and not taken yet; nobody reads them afterwards.
    """

    key: str
    rows: int
    objects: int
    events_waiting: int


def rotate(dsn: str, archive: Archive, keys: Keys, *, by: str, now: datetime, trace_id: str) -> Rotated:
    """Encrypt with the current key whatever is under an older one; doing it again does what is left.

    Args:
        dsn: of the warehouse.
        archive: whose objects are sealed anew.
        keys: the current one first, those that are to go behind it.
        by: who asked for it, for the audit.
        now: the business clock.
        trace_id: of the run.

    Raises:
        ConfigurationError: a key that something is under is not at hand.
        MalformedPayload: a ciphertext or object was changed.
    """
    with connect(dsn) as connection:
        tables = connection.execute(_COLUMNS).fetchall()
        rows = sum(_table(connection, table, columns, keys) for table, columns in tables)
    objects = sum(archive.reseal(name) for folder in SEALED for name in archive.names(folder))
    identity, _ = keys.current
    with connect(dsn) as connection:
        waiting = connection.execute(_WAITING, (identity,)).fetchone()
        done = Rotated(identity.hex(), rows, objects, waiting[0] if waiting else 0)
        audit.record(
            connection, at=now, actor=by, action="keys_rotated", subject_type="key", subject_id=done.key,
            after=asdict(done), trace_id=trace_id,
        )  # fmt: skip
    return done


def _table(connection: psycopg.Connection, table: str, columns: list[str], keys: Keys) -> int:
    """Do a table, a transaction for each chunk; return how many rows were under an older key."""
    done = 0
    after: tuple[str, int] = ("", 0)
    while True:
        found = _chunk(connection, table, columns, after)
        changed = [row for row in _renewed(found, columns, keys) if row]
        _update(connection, table, columns, changed)
        connection.commit()
        done += len(changed)
        if len(found) < CHUNK:
            return done
        after = (found[-1]["_batch_id"], found[-1]["_row_number"])


def _chunk(connection: psycopg.Connection, table: str, columns: list[str], after: tuple[str, int]) -> list[Row]:
    """Return the next rows that hold a ciphertext."""
    held = sql.SQL(" or ").join(
        sql.SQL("{}::text like {}").format(sql.Identifier(column), f"%{PREFIX}%") for column in columns
    )
    names = sql.SQL(", ").join(map(sql.Identifier, ["_batch_id", "_row_number", *columns]))
    statement = sql.SQL(
        "select {} from {} where (_batch_id, _row_number) > ({}, {}) and ({}) order by _batch_id, _row_number limit {}"
    ).format(names, sql.Identifier("raw", table), *after, held, CHUNK)
    return connection.cursor(row_factory=dict_row).execute(statement).fetchall()


def _renewed(rows: list[Row], columns: list[str], keys: Keys) -> Iterator[Row | None]:
    """Yield each row as it should be; none where it is so."""
    for row in rows:
        new = {column: _value(row[column], keys) for column in columns}
        yield None if all(new[column] == row[column] for column in columns) else {**row, **new}


def _value(value: Any, keys: Keys) -> Any:
    if isinstance(value, dict):
        return {name: keys.renewed(each) if isinstance(each, str) else each for name, each in value.items()}
    return keys.renewed(value) if isinstance(value, str) else value


def _update(connection: psycopg.Connection, table: str, columns: list[str], rows: list[Row]) -> None:
    if not rows:
        return
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in columns
    )
    statement = sql.SQL("update {} set {} where _batch_id = %(_batch_id)s and _row_number = %(_row_number)s").format(
        sql.Identifier("raw", table), assignments
    )
    values = [{**row, EXTRA: None if row.get(EXTRA) is None else json.dumps(row[EXTRA])} for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
