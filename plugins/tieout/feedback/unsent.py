"""Messages that did not get through until the moment at which they had to be confirmed, and did not die either.

A target may ask for patience again and again, or nobody may deliver: no attempt tells of it. What is held back on
purpose (mode off or shadow) is not waited for. Rules: docs/reference/feedback.md, Confirmation.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tieout import operations
from tieout.feedback import incidents
from tieout.feedback.taking import LIVE
from tieout.feedback.targets import Target

_WAITING = f"""
    select q.operation, count(*), min(o.created_at)
    from feedback.queue as q
    inner join feedback.outbox as o on o.message_id = q.message_id
    where q.target = %(target)s
        and o.confirm_by <= %(now)s
        and {LIVE}
        and not exists (
            select 1
            from feedback.outbox as newer
            where newer.target = o.target and newer.operation = o.operation and newer.subject_id = o.subject_id
                and newer.sequence > o.sequence
        )
    group by q.operation
"""  # noqa: S608 - the text is ours; values are parameters


def report_unsent(connection: psycopg.Connection, now: datetime, targets: Mapping[str, Target]) -> int:
    """Raise a technical exception per target and operation, resolve those that are over; the caller commits.

    ``now`` is the business clock. Returns how many messages wait for too long.
    """
    found: dict[str, dict[str, Any]] = {}
    messages = 0
    for name, target in targets.items():
        parameters = {"target": name, "now": now, "modes": Jsonb(target.modes)}
        for operation, count, since in connection.execute(_WAITING.encode(), parameters).fetchall():
            messages += count
            found[incidents.fingerprint(incidents.UNSENT, name, operation)] = {
                "incident_class": "delivery failed",
                "message": f"{count} messages should be confirmed by now and have not got through to {name},"
                f" the first of {since.isoformat()}.",
                "runbook": "publish",
                "source_system": name,
                "object_name": operation,
            }
    operations.raise_found(connection, found, kinds=[incidents.UNSENT], at=now)
    return messages
