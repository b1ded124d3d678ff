"""Up to when each source is known: what the evaluation of promises is given, and what broken ones become."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from tieout import operations
from tieout.alerts.promises import ARRIVED, KNOWN, Late, Promise, Served

RUNBOOK = "extract"

# Up to the end of the last interval that was read; before the first success, when it was first asked. What landed and
# was not let through is not known: then not beyond the landing of the earliest such batch, so that it is late when it
# waits at the gate for longer than promised.
_READ = """
with asked as (
    select
        served.source_system,
        served.object,
        coalesce(
            (
                select max(run.interval_end)
                from ops.interface_run as run
                where run.direction = 'extract'
                    and run.outcome = 'succeeded'
                    and run.source_system = served.source_system
                    and run.object = served.object
            ),
            (
                select min(run.started_at)
                from ops.interface_run as run
                where run.direction = 'extract'
                    and run.source_system = served.source_system
                    and run.object = served.object
            )
        ) as read_to
    from unnest(%s::text[], %s::text[]) as served (source_system, object)
),

held_back as (
    select source_system, object, min(landed_at) as known_to
    from (
        select source_system, object, landed_at
        from ops.batch
        where state = 'landed'
        union all
        select batch.source_system, batch.object, batch.landed_at
        from ops.incident as incident
        inner join ops.batch as batch on incident.batch_id = batch.batch_id
        where incident.state in ('retrying', 'dead') and incident.fingerprint like 'gate:%%' and batch.state = 'stopped'
    ) as waiting
    group by source_system, object
)

select asked.source_system, asked.object, least(asked.read_to, held_back.known_to)
from asked
left join held_back using (source_system, object)
where asked.read_to is not null
"""

# The end of the newest batch that was let through with rows of the facility in it. Few batches are looked at, newest
# first: what is older than they are is late anyway.
_ARRIVED = """
select coalesce(
    (
        select max(recent.interval_end)
        from (
            select batch_id, interval_end
            from ops.batch
            where source_system = %(system)s and object = %(object)s and state = 'promoted' and rows_landed > 0
            order by interval_end desc
            limit 200
        ) as recent
        where exists (
            select from {table} as landed
            where landed._batch_id = recent.batch_id and landed.entity_id = %(entity)s
        )
    ),
    (
        select min(started_at)
        from ops.interface_run
        where direction = 'extract' and source_system = %(system)s and object = %(object)s
    )
)
"""


def read_ages(
    connection: psycopg.Connection, promises: Sequence[Promise], served: Sequence[Served]
) -> dict[tuple[str, str, str], datetime]:
    """Return up to when what is promised is known, by system, object and, for ``arrived``, facility."""
    promised = {promise.object for promise in promises if promise.subject in (KNOWN, ARRIVED)}
    pairs = sorted({(one.source_system, one.object) for one in served if one.object in promised})
    asked = [[system for system, _ in pairs], [name for _, name in pairs]]
    ages = {(system, name, ""): at for system, name, at in connection.execute(_READ, asked)}
    arriving = {promise.object for promise in promises if promise.subject == ARRIVED}
    for one in served:
        if one.object in arriving:
            at = _arrived(connection, one)
            if at is not None:
                ages[one.source_system, one.object, one.entity_id] = at
    return ages


def record_late(connection: psycopg.Connection, found: Sequence[Late], at: datetime) -> int:
    """Raise a technical exception for each broken promise, resolve those that are kept again; return how many."""
    operations.raise_found(connection, {one.fingerprint: _said(one) for one in found}, kinds=["late:"], at=at)
    return len(found)


def _said(one: Late) -> dict[str, Any]:
    what = "rows of" if one.promise.subject == ARRIVED else "of"
    return {
        "incident_class": "late",
        "message": f"{one.object} from {one.source_system}, {what} {', '.join(one.entity_ids)}: known up to"
        f" {one.known_to:%Y-%m-%d %H:%M} UTC, promised ({one.promise.sla_id}) up to {one.needed:%Y-%m-%d %H:%M}.",
        "runbook": RUNBOOK,
        "source_system": one.source_system,
        "object_name": one.object,
        "entity_id": one.entity_ids[0] if len(one.entity_ids) == 1 else None,
    }


def _arrived(connection: psycopg.Connection, one: Served) -> datetime | None:
    query = sql.SQL(_ARRIVED).format(table=sql.Identifier("raw", one.object))
    scope = {"system": one.source_system, "object": one.object, "entity": one.entity_id}
    row = connection.execute(query, scope).fetchone()
    return row[0] if row else None
