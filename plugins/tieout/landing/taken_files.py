"""Which files were taken, so that none is taken again: ``ops.taken_file``."""

from datetime import datetime

import psycopg

from tieout.landing.attempts import Attempt


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
