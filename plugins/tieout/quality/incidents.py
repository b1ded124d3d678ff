"""Technical exceptions of the gate: a batch that stopped. One per feed and object; it ends when the data is in."""

from collections.abc import Sequence
from datetime import datetime

import psycopg
from psycopg import sql

from tieout.operations import raise_incident, resolve_incidents
from tieout.quality.batches import Batch, Stop

RUNBOOK = "transform"

# A stopped batch is out while a record of it has not come in since, in that version or a newer one. Rows without a key
# cannot be followed; they are out until their interval was read again, or the same bytes parsed again.
_STILL_OUT = """
select exists (
    select
    from ops.batch as stopped
    where stopped.state = 'stopped'
        and (stopped.source_system, stopped.feed, stopped.object) = (%(source_system)s, %(feed)s, %(object)s)
        and (
            exists (
                select
                from raw.{object} as held
                where held._batch_id = stopped.batch_id
                    and held._record_key <> ''
                    and not exists (
                        select
                        from raw.{object} as newer
                        inner join quality.promotion as p on newer._batch_id = p.batch_id
                        where newer._source_system = held._source_system
                            and newer._record_key = held._record_key
                            and newer._batch_id <> held._batch_id
                            and newer._source_updated_at >= held._source_updated_at
                            and newer._profile_version >= held._profile_version
                    )
            )
            or not exists (
                select
                from raw.{object} as held
                where held._batch_id = stopped.batch_id and held._record_key <> ''
            )
            and not exists (
                select
                from ops.batch as later
                where later.state = 'promoted'
                    and (later.source_system, later.feed, later.object)
                        = (stopped.source_system, stopped.feed, stopped.object)
                    and (
                        later.payload_sha256 = stopped.payload_sha256
                        or (
                            later.landed_at > stopped.landed_at
                            and later.interval_start <= stopped.interval_start
                            and later.interval_end >= stopped.interval_end
                        )
                    )
            )
        )
)
"""


def report(connection: psycopg.Connection, stops: Sequence[Stop], at: datetime) -> None:
    """Record that batches stopped. Waiting does not help: a person mends the feed or accepts the batch."""
    for stop in stops:
        raise_incident(
            connection,
            fingerprint=fingerprint(stop.batch),
            incident_class="contract broken",
            message=stop.message,
            runbook=RUNBOOK,
            at=at,
            source_system=stop.batch.source_system,
            object_name=stop.batch.object,
            batch_id=stop.batch.batch_id,
            state="dead",
        )


def resolve(connection: psycopg.Connection, promoted: Sequence[Batch], at: datetime) -> int:
    """Resolve the incidents of feeds whose stopped data has come in since; return how many."""
    feeds = {(batch.source_system, batch.feed, batch.object): fingerprint(batch) for batch in promoted}
    done = [mark for feed, mark in feeds.items() if not _still_out(connection, *feed)]
    return resolve_incidents(connection, done, at=at)


def fingerprint(batch: Batch) -> str:
    """Return the name of what fails: a feed's object at the gate."""
    return f"gate:{batch.source_system}:{batch.feed}:{batch.object}"


def _still_out(connection: psycopg.Connection, source_system: str, feed: str, object_name: str) -> bool:
    row = connection.execute(
        sql.SQL(_STILL_OUT).format(object=sql.Identifier(object_name)),
        {"source_system": source_system, "feed": feed, "object": object_name},
    ).fetchone()
    return row is None or bool(row[0])
