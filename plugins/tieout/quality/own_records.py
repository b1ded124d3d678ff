"""Records of Tieout's own making (a person's decision, a resolution), landed in raw as the gate lets others through.

The rows are the caller's to insert; the batch, its promotion and the instant from which it is known are made here, in
the caller's transaction.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import psycopg
from psycopg import sql

SOURCE_SYSTEM = "tieout"
PROFILE_VERSION = 1

Rows = Sequence[tuple[Mapping[str, str | None], bool]]
_LINEAGE = (
    "_source_system", "_record_key", "_batch_id", "_payload_sha256", "_row_number", "_row_sha256", "_profile_version",
    "_source_updated_at", "_ingested_at", "_trace_id", "_deleted",
)  # fmt: skip

_KNOWN_FROM = """
insert into quality.gate_run (gate_run_id, known_at, started_at, ended_at)
values (%(gate_run_id)s, %(known_at)s, %(now)s, %(now)s)
"""

_LAND_BATCH = """
insert into ops.batch (
    batch_id, source_system, feed, object, interval_start, interval_end, payload_sha256, archive_manifest,
    profile_version, contract_version, rows_read, rows_landed, rows_unchanged, state, origin, trace_id, landed_at
)
values (
    %(batch_id)s, %(source_system)s, %(feed)s, %(object)s, %(now)s, %(now)s, %(sha256)s, %(manifest)s,
    %(profile_version)s, 1, %(rows)s, %(rows)s, 0, 'promoted', 'configuration', %(trace_id)s, %(now)s
)
"""

_PROMOTE = """
insert into quality.promotion
    (batch_id, object, source_system, known_at, rows_promoted, rows_quarantined, gate_run_id)
values (%(batch_id)s, %(object)s, %(source_system)s, %(known_at)s, %(rows)s, 0, %(gate_run_id)s)
"""


@dataclass(frozen=True)
class OwnBatch:
    """A batch of our own. ``manifest`` says where else its content is kept; ``known_at`` is later than all known."""

    batch_id: str
    object: str
    feed: str
    rows: int
    sha256: str
    manifest: str
    trace_id: str
    known_at: datetime
    now: datetime


def open_instant(connection: psycopg.Connection, feed: str, known_at: datetime, now: datetime) -> str:
    """Note that something becomes known at ``known_at``, so that the next transformation knows it; return the id."""
    gate_run_id = f"{feed}-{known_at:%Y%m%dT%H%M%S.%fZ}"
    connection.execute(_KNOWN_FROM, {"gate_run_id": gate_run_id, "known_at": known_at, "now": now})
    return gate_run_id


def promote(connection: psycopg.Connection, batch: OwnBatch) -> None:
    """Land the batch as promoted, known from its ``known_at``; the caller inserts its rows and commits."""
    values = asdict(batch) | {
        "gate_run_id": open_instant(connection, batch.feed, batch.known_at, batch.now),
        "source_system": SOURCE_SYSTEM,
        "profile_version": PROFILE_VERSION,
    }
    for statement in (_LAND_BATCH, _PROMOTE):
        connection.execute(statement.encode(), values)


def payload_sha256(rows: Rows) -> str:
    """Return the hash of rows, each with whether it is a tombstone."""
    return hashlib.sha256("\n".join(_text(*row) for row in rows).encode()).hexdigest()


def copy_rows(connection: psycopg.Connection, batch: OwnBatch, fields: Sequence[str], rows: Rows) -> None:
    """Insert a promoted batch's rows, each with whether it is a tombstone; the first field is their key.

    The batch's ``known_at`` ranks their versions.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, (*_LINEAGE, *fields)))
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier("raw", batch.object), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for number, (row, is_gone) in enumerate(rows, start=1):
            sha256 = hashlib.sha256(_text(row, is_gone).encode()).hexdigest()
            lineage = (
                SOURCE_SYSTEM, row[fields[0]], batch.batch_id, batch.sha256, number, sha256, PROFILE_VERSION,
                batch.known_at, batch.now, batch.trace_id, is_gone,
            )  # fmt: skip
            copy.write_row((*lineage, *(row[field] for field in fields)))


def _text(row: Mapping[str, str | None], is_gone: bool) -> str:
    return json.dumps([row] if is_gone else row)
