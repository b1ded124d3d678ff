"""How attempts to extract went: ``ops.interface_run``, and in the audit trail what could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from tieout import audit
from tieout.errors import TieoutError
from tieout.landing.manifest import Interval


@dataclass(frozen=True)
class Attempt:
    """One attempt to extract a feed: common to the rows of ``ops.interface_run``, one per object."""

    source_system: str
    feed: str
    interval: Interval
    dag_id: str | None
    dag_run_id: str | None
    trace_id: str


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
