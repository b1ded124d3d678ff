"""What a publication did, and who is told of it: the audit trail and, of what could not be sent, people."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from tieout import audit, operations
from tieout.feedback import incidents


@dataclass
class Published:
    """What a publication did: messages by (target, operation, mode), bodies that broke the schema, unknown operations.

    ``sends`` is false where the run may not send (a backfill); nothing was looked at then.
    """

    sends: bool = True
    messages: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    invalid: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unconfigured: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def live(self) -> int:
        """Messages to be sent."""
        return self._of_mode("live")

    @property
    def shadow(self) -> int:
        """Messages that are kept and not sent."""
        return self._of_mode("shadow")

    def _of_mode(self, mode: str) -> int:
        return sum(count for (_, _, of), count in self.messages.items() if of == mode)


def tell(connection: psycopg.Connection, published: Published, run_id: str, now: datetime) -> None:
    """Record the messages in the audit trail, and what could not become one as technical exceptions."""
    record_published(connection, published, run_id, now)
    found = {
        incidents.fingerprint(incidents.BODY, target, operation, breach): _said(
            target,
            operation,
            f"{count} bodies were not sent: {breach}. Correct the model or raise the schema's version.",
        )
        for (target, operation, breach), count in sorted(published.invalid.items())
    } | {
        incidents.fingerprint(incidents.UNKNOWN, target, operation): _said(
            target,
            operation,
            f"{count} conclusions were not sent: config/feedback/targets.yml does not name the operation.",
        )
        for (target, operation), count in sorted(published.unconfigured.items())
    }
    operations.raise_found(connection, found, kinds=[incidents.BODY, incidents.UNKNOWN], at=now)


def record_published(connection: psycopg.Connection, published: Published, run_id: str, now: datetime) -> None:
    """Record messages that were made in the audit trail."""
    for (target, operation, mode), count in sorted(published.messages.items()):
        audit.record(
            connection,
            at=now,
            actor="feedback",
            action="publish",
            subject_type="feedback operation",
            subject_id=f"{target}/{operation}",
            after={"messages": count, "mode": mode, "run_id": run_id},
        )


def _said(target: str, operation: str, message: str) -> dict[str, Any]:
    return {
        "incident_class": "contract broken",
        "message": message,
        "runbook": "publish",
        "source_system": target,
        "object_name": operation,
    }
