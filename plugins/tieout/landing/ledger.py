"""What landing notes about itself: batches, files taken, drift, attempts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from tieout import audit
from tieout.errors import TieoutError
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


@dataclass(frozen=True)
class Attempt:
    """One attempt to extract a feed: common to the rows of ``ops.interface_run``, one per object."""

    source_system: str
    feed: str
    interval: Interval
    dag_id: str | None
    dag_run_id: str | None
    trace_id: str


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


def file_outcome(connection: psycopg.Connection, attempt: Attempt, path: str, size: int, at: datetime) -> str | None:
    """Return what became of this very file (path, size, time) before, if it was taken."""
    row = connection.execute(
        "select outcome from ops.taken_file"
        " where (source_system, feed, path, size_bytes, modified_at) = (%s, %s, %s, %s, %s)",
        (attempt.source_system, attempt.feed, path, size, at),
    ).fetchone()
    return row[0] if row else None


def taken_since(connection: psycopg.Connection, source_system: str, feed: str, since: datetime) -> bool:
    """Whether a file of the feed that was modified at ``since`` or later was taken; it may have been moved away."""
    return bool(
        connection.execute(
            "select 1 from ops.taken_file where (source_system, feed) = (%s, %s) and modified_at >= %s limit 1",
            (source_system, feed, since),
        ).fetchone()
    )


def content_landed(connection: psycopg.Connection, attempt: Attempt, sha256: str) -> bool:
    """Whether a file of the feed with this content landed before, under whatever name."""
    return bool(
        connection.execute(
            "select 1 from ops.taken_file"
            " where (source_system, feed, payload_sha256, outcome) = (%s, %s, %s, 'landed')",
            (attempt.source_system, attempt.feed, sha256),
        ).fetchone()
    )


def record_file(
    connection: psycopg.Connection,
    attempt: Attempt,
    *,
    path: str,
    size: int,
    modified_at: datetime,
    sha256: str,
    outcome: str,
    message: str | None,
    at: datetime,
) -> None:
    """Note that a file was taken, so that it is not taken again."""
    connection.execute(
        """
        insert into ops.taken_file (
            source_system, feed, path, size_bytes, modified_at, payload_sha256, outcome, message, taken_at
        )
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict do nothing
        """,
        (attempt.source_system, attempt.feed, path, size, modified_at, sha256, outcome, message, at),
    )


def record_rejection(
    connection: psycopg.Connection, attempt: Attempt, sha256: str, error: TieoutError, at: datetime
) -> None:
    """Write into the audit trail that a payload, or a pull as a whole, was archived and could not be read."""
    audit.record(
        connection,
        at=at,
        actor="extract",
        action="rejected",
        subject_type="payload",
        subject_id=sha256,
        after={"source_system": attempt.source_system, "feed": attempt.feed, "interval": str(attempt.interval)},
        reason=error.message,
        trace_id=attempt.trace_id,
    )


def start_attempt(
    connection: psycopg.Connection, attempt: Attempt, objects: Sequence[str], at: datetime
) -> dict[str, int]:
    """Open a row of ``ops.interface_run`` for each object; rows that a killed worker left open are closed.

    Returns:
        id of the row by object.
    """
    key = (attempt.source_system, attempt.feed, attempt.interval.start, attempt.interval.end)
    connection.execute(
        "update ops.interface_run set outcome = 'failed', ended_at = %s, error_class = 'pipeline failed',"
        " error = 'The worker was lost; a later attempt goes on.'"
        " where direction = 'extract' and outcome = 'running'"
        " and (source_system, feed, interval_start, interval_end) = (%s, %s, %s, %s)",
        (at, *key),
    )
    ids = {}
    for name in objects:
        row = connection.execute(
            """
            insert into ops.interface_run (
                direction, source_system, feed, object, interval_start, interval_end, started_at, dag_id, dag_run_id,
                trace_id
            )
            values ('extract', %s, %s, %s, %s, %s, %s, %s, %s, %s)
            returning interface_run_id
            """,
            (*key[:2], name, *key[2:], at, attempt.dag_id, attempt.dag_run_id, attempt.trace_id),
        ).fetchone()
        if row is None:  # `insert … returning` of one row always answers; says so to the type checker
            raise RuntimeError("The attempt was not recorded.")
        ids[name] = int(row[0])
    return ids


def end_attempt(
    connection: psycopg.Connection,
    interface_run_id: int,
    *,
    rows_read: int,
    rows_landed: int,
    retries: int,
    error: TieoutError | None,
    at: datetime,
) -> None:
    """Close a row of ``ops.interface_run``."""
    connection.execute(
        "update ops.interface_run set ended_at = %s, rows_read = %s, rows_landed = %s, retries = %s, outcome = %s,"
        " error_class = %s, error = %s where interface_run_id = %s",
        (
            at,
            rows_read,
            rows_landed,
            retries,
            "failed" if error else "succeeded",
            error.incident_class if error else None,
            str(error) if error else None,
            interface_run_id,
        ),
    )


def window_start(connection: psycopg.Connection, attempt: Attempt) -> datetime:
    """Return where to begin reading: the interval's start, or earlier where runs before it failed.

    A source that was down for a day is read from where the last success ended, so that nothing is lost.
    """
    row: Any = connection.execute(
        """
        select coalesce(
            max(interval_end) filter (where outcome = 'succeeded'),
            min(interval_start) filter (where outcome = 'failed')
        )
        from ops.interface_run
        where direction = 'extract' and (source_system, feed) = (%s, %s) and interval_start <= %s
        """,
        (attempt.source_system, attempt.feed, attempt.interval.start),
    ).fetchone()
    return min(attempt.interval.start, row[0]) if row and row[0] else attempt.interval.start
