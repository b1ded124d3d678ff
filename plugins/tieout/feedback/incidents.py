"""The technical exceptions of feedback, and when they are over."""

from datetime import datetime

import psycopg

DEAD = "feedback:dead"
NOT_TAKEN_OVER = "feedback:not taken over"
UNSENT = "feedback:not sent"
TARGET = "feedback:target"
BODY = "feedback:body"
UNKNOWN = "feedback:unknown operation"
EXCEPTION = "feedback:exception not told"

_SETTLED = """
    with open_incident as materialized (
        select incident_id, split_part(fingerprint, ':', 3)::bigint as message_id
        from ops.incident
        where state in ('retrying', 'dead', 'replayed')
            and (fingerprint like 'feedback:dead:%%' or fingerprint like 'feedback:not taken over:%%')
    ),

    settled as (
        select i.incident_id
        from open_incident as i
        inner join feedback.outbox as o on o.message_id = i.message_id
        inner join ops.incident as n on n.incident_id = i.incident_id
        where exists (
                select 1
                from feedback.outbox as newer
                where newer.target = o.target
                    and newer.operation = o.operation
                    and newer.subject_id = o.subject_id
                    and newer.sequence > o.sequence
                    and newer.mode = 'live'
            )
            or exists (select 1 from feedback.confirmation as c where c.message_id = o.message_id)
            or (
                n.fingerprint like 'feedback:dead:%%'
                and exists (
                    select 1
                    from feedback.attempt as a
                    where a.message_id = o.message_id and a.outcome = 'acknowledged'
                )
            )
    )

    update ops.incident as i
    set state = 'resolved', last_seen_at = greatest(i.last_seen_at, %(at)s), next_attempt_at = null
    from settled
    where i.incident_id = settled.incident_id
"""


def fingerprint(kind: str, *parts: object) -> str:
    """Return the name of a failing thing, such as ``feedback:dead:4711``."""
    return ":".join([kind, *(str(part) for part in parts)])


def resolve_settled(connection: psycopg.Connection, *, at: datetime) -> int:
    """Resolve the incidents of messages that were taken over after all, or that a newer conclusion replaced.

    Returns how many. A dead message is over when it was acknowledged; one that was not taken over, when it was
    confirmed.
    """
    return connection.execute(_SETTLED, {"at": at}).rowcount
