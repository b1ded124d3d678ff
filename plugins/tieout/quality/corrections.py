"""Rows that were returned to their owner are closed when the corrected record was let through."""

from collections.abc import Sequence
from datetime import datetime

import psycopg
from psycopg import sql

from tieout import audit
from tieout.quality.batches import Batch

_RETURNED = "select distinct object from quality.quarantine where state = 'returned' and object = any(%s)"
_CLOSE = """
update quality.quarantine as q
set state = 'corrected', corrected_known_at = %(known_at)s, corrected_batch_id = newer._batch_id
from {raw} as newer, {raw} as held
where q.state = 'returned' and q.object = %(object)s
    and held._batch_id = q.batch_id and held._row_number = q.row_number
    and newer._batch_id = any(%(batch_ids)s)
    and newer._source_system = q.source_system and newer._record_key = q.record_key
    and newer._row_sha256 <> held._row_sha256
    and coalesce(newer._source_updated_at >= held._source_updated_at, true)
    and not exists (
        select from quality.quarantine as again
        where again.object = q.object and again.batch_id = newer._batch_id and again.row_number = newer._row_number
    )
returning q.quarantine_id, newer._batch_id
"""


def close_corrected(connection: psycopg.Connection, promoted: Sequence[Batch], known_at: datetime) -> int:
    """Close the returned rows whose record these batches correct; the caller commits. Return how many.

    A record is corrected by a version that says something else, is not older at its source, and passed the gate.
    """
    returned = connection.execute(_RETURNED, (sorted({batch.object for batch in promoted}),)).fetchall()
    closed: dict[int, str] = {}
    for (object_name,) in returned:
        ids = [batch.batch_id for batch in promoted if batch.object == object_name]
        statement = sql.SQL(_CLOSE).format(raw=sql.Identifier("raw", object_name))
        closed |= connection.execute(
            statement, {"object": object_name, "batch_ids": ids, "known_at": known_at}
        ).fetchall()
    for quarantine_id, batch_id in sorted(closed.items()):
        audit.record(
            connection, at=known_at, actor="gate", action="corrected", subject_type="quarantine",
            subject_id=str(quarantine_id), before={"state": "returned"},
            after={"state": "corrected", "batch_id": batch_id}, trace_id=batch_id,
        )  # fmt: skip
    return len(closed)
