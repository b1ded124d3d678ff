"""The technical exceptions of events: what is wrong with them only their sender can mend."""

from datetime import datetime

import psycopg

from tieout.errors import MalformedPayload
from tieout.operations import raise_incident

RUNBOOK = "receive"


def fingerprint(system: str, what: str) -> str:
    """Return the name of a failing thing: an event by its id, or a type of events."""
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
