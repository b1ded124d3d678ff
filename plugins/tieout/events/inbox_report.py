"""What people see of the inbox. Nothing here decrypts a body."""

import psycopg
from psycopg.rows import dict_row

_SUMMARY = """
    select
        i.source_system,
        i.event_type,
        coalesce(o.outcome, 'waiting') as outcome,
        count(*) as events,
        min(i.arrived_at) filter (where o.outcome is null) as waiting_since,
        max(i.arrived_at) as last_arrived_at
    from raw.inbox as i
    left join ops.inbox_outcome as o using (inbox_id)
    group by 1, 2, 3
    order by 1, 2, 3
"""
_EVENT = """
    select
        i.source_system,
        i.event_id,
        i.event_type,
        i.occurred_at,
        i.received_at,
        i.arrived_at,
        octet_length(i.body_encrypted) as encrypted_bytes,
        i.body_sha256,
        i.trace_id,
        coalesce(o.outcome, 'waiting') as outcome,
        o.batch_ids,
        o.message,
        o.at as settled_at
    from raw.inbox as i
    left join ops.inbox_outcome as o using (inbox_id)
    where i.source_system = %s and i.event_id = %s
"""


def summary(connection: psycopg.Connection) -> list[dict]:
    """Return one row per system, type and outcome (`waiting` where there is none yet)."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SUMMARY).fetchall()


def event(connection: psycopg.Connection, system: str, event_id: str) -> list[dict]:
    """Return what is known of an event: one row, or none."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_EVENT, (system, event_id)).fetchall()
