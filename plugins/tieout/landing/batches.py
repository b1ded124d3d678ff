"""What landed: a row of ``ops.batch`` for each batch, and the drift that it shows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from tieout.landing.manifest import Interval


@dataclass(frozen=True)
class BatchKey:
    """What makes a batch: the same again is recognised and adds nothing."""

    source_system: str
    feed: str
    object: str
    interval: Interval
    payload_sha256: str
    profile_version: int
    entity_codes_sha256: str

    @property
    def batch_id(self) -> str:
        """A readable id, the same for the same batch wherever it is landed."""
        content = (self.source_system, self.feed, self.object, str(self.interval), self.payload_sha256)
        meaning = (str(self.profile_version), self.entity_codes_sha256)
        digest = hashlib.sha256("|".join((*content, *meaning)).encode()).hexdigest()
        return f"{self.source_system}-{self.object}-{self.interval.end:%Y%m%dT%H%M}-{digest[:12]}"


@dataclass(frozen=True)
class Batch:
    """A batch that landed."""

    key: BatchKey
    manifest: str
    contract_version: int
    rows_read: int
    rows_landed: int
    missing_fields: Sequence[str]
    unknown_fields: Sequence[str]
    origin: str
    trace_id: str
    landed_at: datetime


def lock_feed(connection: psycopg.Connection, source_system: str, feed: str) -> None:
    """Let one transaction at a time land a feed: a backfill and a schedule may meet."""
    name = f"{source_system}.{feed}"
    connection.execute("select pg_advisory_xact_lock(hashtext('tieout landing'), hashtext(%s))", [name])


def batch_exists(connection: psycopg.Connection, key: BatchKey) -> bool:
    """Whether the batch is in raw already."""
    return bool(connection.execute("select 1 from ops.batch where batch_id = %s", [key.batch_id]).fetchone())


def record_batch(connection: psycopg.Connection, batch: Batch) -> None:
    """Note a batch and the drift that it shows, in the transaction of its rows."""
    key = batch.key
    connection.execute(
        """
        insert into ops.batch (
            batch_id, source_system, feed, object, interval_start, interval_end, payload_sha256, archive_manifest,
            profile_version, entity_codes_sha256, contract_version, rows_read, rows_landed, rows_unchanged,
            missing_fields, unknown_fields, origin, trace_id, landed_at
        )
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            key.batch_id,
            key.source_system,
            key.feed,
            key.object,
            key.interval.start,
            key.interval.end,
            key.payload_sha256,
            batch.manifest,
            key.profile_version,
            key.entity_codes_sha256,
            batch.contract_version,
            batch.rows_read,
            batch.rows_landed,
            max(batch.rows_read - batch.rows_landed, 0),
            list(batch.missing_fields),
            list(batch.unknown_fields),
            batch.origin,
            batch.trace_id,
            batch.landed_at,
        ),
    )
    connection.execute(
        "insert into ops.drift (source_system, object, field, batch_id, first_seen_at)"
        " select %s, %s, field, %s, %s from unnest(%s::text[]) as field on conflict do nothing",
        (key.source_system, key.object, key.batch_id, batch.landed_at, list(batch.unknown_fields)),
    )
