"""The technical exceptions of events: what is wrong with them only their sender can mend."""

from datetime import datetime

import psycopg

from tieout.errors import MalformedPayload
from tieout.operations import raise_incident, resolve_incidents

RUNBOOK = "receive"
AGAIN = "again:"
_PAST = """
    select fingerprint
    from ops.incident
    where starts_with(fingerprint, %s) and state in ('retrying', 'dead') and last_seen_at < %s
"""


def fingerprint(system: str, what: str) -> str:
    """Return the name of a failing thing: a type of events, or ``AGAIN`` and the id of one that came as another."""
    return f"events:{system}:{what}"


def raise_bad(connection: psycopg.Connection, system: str, what: str, message: str, at: datetime) -> None:
    """Record that an event, or events of a type, cannot be taken as they came; ``at`` is business time."""
    raise_incident(
        connection,
        fingerprint=fingerprint(system, what),
        incident_class=MalformedPayload.incident_class,
        message=message,
        runbook=RUNBOOK,
        at=at,
        source_system=system,
        state="dead",
    )


def resolve_past(connection: psycopg.Connection, system: str, since: datetime, at: datetime) -> None:
    """Resolve that ids of a system came again with other content, where none did since; ``at`` is business time."""
    past = connection.execute(_PAST, (fingerprint(system, AGAIN), since)).fetchall()
    resolve_incidents(connection, [name for (name,) in past], at=at)
