"""Tasks that failed for good are technical exceptions, unless the room that they failed in has said so already."""

from datetime import datetime

import psycopg

from tieout.errors import ConfigurationError, TieoutError
from tieout.operations import raise_incident, resolve_incidents

CONFIGURATION = "configuration"
CONFIGURATION_RUNBOOK = "extract"

_SAID = """
select exists (
    select
    from ops.incident
    where state in ('retrying', 'dead')
        and class = %s
        and runbook = %s
        and coalesce(source_system, '') = coalesce(%s, '')
        and fingerprint not like 'task:%%'
)
"""


def record_failure(
    connection: psycopg.Connection, *, dag_id: str, task_id: str, system: str | None, error: object, runbook: str,
    at: datetime,
) -> None:  # fmt: skip
    """Record that a task failed for good.

    A wrong configuration stops every task: it is one exception, whoever meets it.

    Args:
        system: that the task talks to.
        error: what it raised. Only our own errors' words are kept: another's may hold data.
        runbook: page that says what to do.
        at: business time.
    """
    if isinstance(error, ConfigurationError):
        raise_incident(
            connection, fingerprint=CONFIGURATION, incident_class=error.incident_class, message=str(error),
            runbook=CONFIGURATION_RUNBOOK, at=at, state="dead",
        )  # fmt: skip
        return
    ours = isinstance(error, TieoutError)
    incident_class = error.incident_class if isinstance(error, TieoutError) else TieoutError.incident_class
    row = connection.execute(_SAID, (incident_class, runbook, system)).fetchone()
    if row and row[0]:
        return
    raise_incident(
        connection, fingerprint=_fingerprint(dag_id, task_id), incident_class=incident_class,
        message=f"{dag_id}.{task_id} failed: {error if ours else type(error).__name__}",
        runbook=runbook, at=at, source_system=system, state="dead",
    )  # fmt: skip


def record_success(connection: psycopg.Connection, *, dag_id: str, task_id: str, checked: bool, at: datetime) -> int:
    """Resolve what the task's success is the end of; return how many that were.

    Args:
        checked: whether the task checked the configuration before it ran.
    """
    over = [_fingerprint(dag_id, task_id), *([CONFIGURATION] if checked else [])]
    return resolve_incidents(connection, over, at=at)


def _fingerprint(dag_id: str, task_id: str) -> str:
    return f"task:{dag_id}.{task_id}"
